# SPDX-License-Identifier: GPL-3.0-or-later
"""What the scripts here share about models of transformers and timm."""

import transformers as tf
from timm.models import save_for_hf


def save(model, folder):
    """As the stock tool of the model writes it."""
    if isinstance(model, tf.PreTrainedModel):
        model.save_pretrained(folder)
    else:
        save_for_hf(model, folder, safe_serialization=True)
