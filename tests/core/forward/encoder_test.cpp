// SPDX-License-Identifier: GPL-3.0-or-later
//
// BERT and its relatives against a slow encoder of loops over doubles. It reads tensors by the
// names that they have on disk, so that a role or name mixed up shows as well.

#include "core/architectures/catalog.h"
#include "core/forward/transformer.h"
#include "core/tensors/load_parameters.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/toy_model.h"

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>

namespace espalier {
namespace {

using Row = std::vector<double>;
using Rows = std::vector<Row>;

/// What a family calls the tensors that all encoders have.
struct Spelling
{
    std::string prefix;
    std::string block;
    std::string query, key, value, out, attentionNorm;
    std::string up, down, mlpNorm;
};

const Spelling kBertSpelling = {"bert.", "encoder.layer.", "attention.self.query",
    "attention.self.key", "attention.self.value", "attention.output.dense",
    "attention.output.LayerNorm", "intermediate.dense", "output.dense", "output.LayerNorm"};
const Spelling kDistilbertSpelling = {"distilbert.", "transformer.layer.", "attention.q_lin",
    "attention.k_lin", "attention.v_lin", "attention.out_lin", "sa_layer_norm", "ffn.lin1",
    "ffn.lin2", "output_layer_norm"};

Spelling withPrefix(Spelling spelling, std::string prefix)
{
    spelling.prefix = std::move(prefix);
    return spelling;
}

double gelu(double x)
{
    return x * 0.5 * (1 + std::erf(x / std::sqrt(2)));
}

double relu(double x)
{
    return std::max(x, 0.0);
}

double hyperbolicTangent(double x)
{
    return std::tanh(x);
}

Row each(Row values, double (*function)(double))
{
    std::transform(values.begin(), values.end(), values.begin(), function);
    return values;
}

Row sumOf(Row a, const Row& b)
{
    std::transform(a.begin(), a.end(), b.begin(), a.begin(), std::plus<>());
    return a;
}

double dot(const double* a, const double* b, std::size_t n)
{
    return std::inner_product(a, a + n, b, 0.0);
}

/// One sentence with the rows of the tables that its tokens take.
struct Sentence
{
    std::vector<std::int64_t> ids, mask, positions, types;
};

class SlowEncoder
{
public:
    SlowEncoder(const ParameterSet& parameters, Spelling spelling)
        : m_shape(parameters.config.shape)
        , m_spelling(std::move(spelling))
    {
        const ModelConfig& config = parameters.config;
        for (const DiskTensor& disk : diskTensorsOf(architectureOf(config), config)) {
            const at::Tensor values = toDiskLayout(parameters, disk, at::kDouble);
            const double* const first = values.const_data_ptr<double>();
            m_tensors[disk.name] = Row(first, first + values.numel());
        }
    }

    /// Row `at` of a table of the trunk.
    [[nodiscard]] Row embedded(const std::string& table, std::int64_t at) const
    {
        const Row& values = m_tensors.at(m_spelling.prefix + "embeddings." + table + ".weight");
        const auto begin = values.begin() + at * m_shape.hidden;
        return {begin, begin + m_shape.hidden};
    }

    [[nodiscard]] Row linear(const Row& in, const std::string& name) const
    {
        const Row& weight = m_tensors.at(name + ".weight");
        Row out = m_tensors.at(name + ".bias");
        for (std::size_t o = 0; o < out.size(); ++o)
            out[o] += dot(&weight[o * in.size()], in.data(), in.size());
        return out;
    }

    [[nodiscard]] Row layerNorm(Row values, const std::string& name) const
    {
        const double n = static_cast<double>(values.size());
        const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
        double variance = 0;
        for (const double value : values)
            variance += (value - mean) * (value - mean) / n;
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = (values[i] - mean) / std::sqrt(variance) * m_tensors.at(name + ".weight")[i]
                + m_tensors.at(name + ".bias")[i];
        return values;
    }

    [[nodiscard]] Rows states(const Sentence& sentence) const
    {
        Rows stream;
        for (std::size_t t = 0; t < sentence.ids.size(); ++t) {
            Row sum = sumOf(embedded("word_embeddings", sentence.ids[t]),
                embedded("position_embeddings", sentence.positions[t]));
            if (!sentence.types.empty())
                sum = sumOf(sum, embedded("token_type_embeddings", sentence.types[t]));
            stream.push_back(layerNorm(sum, m_spelling.prefix + "embeddings.LayerNorm"));
        }
        for (std::int64_t l = 0; l < m_shape.layers; ++l)
            stream = block(stream, sentence.mask,
                m_spelling.prefix + m_spelling.block + std::to_string(l) + ".");
        return stream;
    }

    /// Scores of the head that is the embedding, plus a bias.
    [[nodiscard]] Row tied(const Row& state, const std::string& bias) const
    {
        Row scores = m_tensors.at(bias);
        for (std::size_t v = 0; v < scores.size(); ++v) {
            const Row row = embedded("word_embeddings", static_cast<std::int64_t>(v));
            scores[v] += dot(row.data(), state.data(), state.size());
        }
        return scores;
    }

private:
    [[nodiscard]] Rows linearEach(const Rows& in, const std::string& name) const
    {
        Rows out;
        for (const Row& row : in)
            out.push_back(linear(row, name));
        return out;
    }

    /// What the token `t` reads of the others, head by head.
    [[nodiscard]] Row contextOf(std::size_t t, const Rows& query, const Rows& key,
        const Rows& value, const std::vector<std::int64_t>& mask) const
    {
        const auto h = static_cast<std::size_t>(m_shape.headDim);
        Row context(query[t].size(), 0.0);
        for (std::size_t at = 0; at < context.size(); at += h) {
            Row weight(key.size(), 0.0);
            double sum = 0;
            for (std::size_t s = 0; s < key.size(); ++s)
                if (mask[s] != 0) {
                    const double score = dot(&query[t][at], &key[s][at], h);
                    weight[s] = std::exp(score / std::sqrt(static_cast<double>(h)));
                    sum += weight[s];
                }
            for (std::size_t s = 0; s < key.size(); ++s)
                for (std::size_t i = 0; i < h; ++i)
                    context[at + i] += weight[s] / sum * value[s][at + i];
        }
        return context;
    }

    [[nodiscard]] Rows block(
        Rows stream, const std::vector<std::int64_t>& mask, const std::string& name) const
    {
        const Rows query = linearEach(stream, name + m_spelling.query);
        const Rows key = linearEach(stream, name + m_spelling.key);
        const Rows value = linearEach(stream, name + m_spelling.value);
        for (std::size_t t = 0; t < stream.size(); ++t) {
            const Row context = contextOf(t, query, key, value, mask);
            const Row middle = layerNorm(sumOf(stream[t], linear(context, name + m_spelling.out)),
                name + m_spelling.attentionNorm);
            const Row hidden = each(linear(middle, name + m_spelling.up), gelu);
            stream[t] = layerNorm(
                sumOf(middle, linear(hidden, name + m_spelling.down)), name + m_spelling.mlpNorm);
        }
        return stream;
    }

    ModelShape m_shape;
    Spelling m_spelling;
    std::map<std::string, Row> m_tensors;
};

at::Tensor stacked(const std::vector<Sentence>& sentences, std::vector<std::int64_t> Sentence::*row)
{
    std::vector<std::int64_t> all;
    for (const Sentence& sentence : sentences)
        all.insert(all.end(), (sentence.*row).begin(), (sentence.*row).end());
    return at::tensor(all).view({static_cast<std::int64_t>(sentences.size()), -1});
}

Batch batchOf(const std::vector<Sentence>& sentences)
{
    Batch batch{.inputIds_BT = stacked(sentences, &Sentence::ids),
        .attentionMask_BT = stacked(sentences, &Sentence::mask)};
    if (!sentences.front().types.empty())
        batch.tokenTypes_BT = stacked(sentences, &Sentence::types);
    return batch;
}

/// Padded behind, and in front. Columns count, padded or not.
std::vector<Sentence> sentencesByColumn(bool types)
{
    std::vector<Sentence> sentences = {{.ids = {5, 16, 7, 8, 0},
                                           .mask = {1, 1, 1, 1, 0},
                                           .positions = {0, 1, 2, 3, 4},
                                           .types = {0, 0, 1, 1, 0}},
        {.ids = {0, 0, 9, 3, 11},
            .mask = {0, 0, 1, 1, 1},
            .positions = {0, 1, 2, 3, 4},
            .types = {1, 0, 1, 0, 0}}};
    if (!types)
        for (Sentence& sentence : sentences)
            sentence.types.clear();
    return sentences;
}

/// RoBERTa's: real tokens count from 2, padding ids take row 1.
std::vector<Sentence> sentencesByToken()
{
    return {{.ids = {5, 16, 7, 8, 1},
                .mask = {1, 1, 1, 1, 0},
                .positions = {2, 3, 4, 5, 1},
                .types = {0, 0, 0, 0, 0}},
        {.ids = {1, 1, 9, 3, 11},
            .mask = {0, 0, 1, 1, 1},
            .positions = {1, 1, 2, 3, 4},
            .types = {0, 0, 0, 0, 0}}};
}

void expectNear(const at::Tensor& found, const Row& expected)
{
    ASSERT_EQ(found.numel(), static_cast<std::int64_t>(expected.size()));
    const at::Tensor values = found.to(at::kDouble).contiguous();
    for (std::size_t i = 0; i < expected.size(); ++i)
        ASSERT_NEAR(values.const_data_ptr<double>()[i], expected[i], 2e-5) << i;
}

/// Holds what the model gives for real tokens against `head` of the slow encoder's states.
void expectTokens(const ParameterSet& parameters, const SlowEncoder& slow,
    const std::vector<Sentence>& sentences, const std::function<Row(const Row&)>& head)
{
    const Batch batch = batchOf(sentences);
    ASSERT_TRUE(checkBatch(parameters.config, batch).ok());
    const at::Tensor found = logitsOf(parameters, batch);
    for (std::size_t b = 0; b < sentences.size(); ++b) {
        const Rows states = slow.states(sentences[b]);
        for (std::size_t t = 0; t < states.size(); ++t)
            if (sentences[b].mask[t] != 0)
                expectNear(found[static_cast<std::int64_t>(b)][static_cast<std::int64_t>(t)],
                    head(states[t]));
    }
}

/// The same for classes, which are read off the first token.
void expectClasses(const ParameterSet& parameters, const SlowEncoder& slow,
    const Sentence& sentence, const std::function<Row(const Row&)>& head)
{
    const at::Tensor found = logitsOf(parameters, batchOf({sentence}));
    EXPECT_EQ(found.sizes().vec(), (std::vector<std::int64_t>{1, 7}));
    expectNear(found[0], head(slow.states(sentence).front()));
}

Row unchanged(const Row& state)
{
    return state;
}

TEST(Encoders, BertGuessesMaskedTokens)
{
    const ParameterSet parameters = test::toyParameters(test::toyBert());
    const SlowEncoder slow(parameters, kBertSpelling);
    expectTokens(parameters, slow, sentencesByColumn(true), [&](const Row& state) {
        const std::string head = "cls.predictions.transform.";
        return slow.tied(
            slow.layerNorm(each(slow.linear(state, head + "dense"), gelu), head + "LayerNorm"),
            "cls.predictions.bias");
    });
}

TEST(Encoders, BertClassifiesByItsPooler)
{
    const ParameterSet parameters =
        test::toyParameters(test::toyBert(Task::SequenceClassification));
    const SlowEncoder slow(parameters, kBertSpelling);
    expectClasses(parameters, slow, sentencesByColumn(true)[0], [&](const Row& state) {
        return slow.linear(
            each(slow.linear(state, "bert.pooler.dense"), hyperbolicTangent), "classifier");
    });
}

TEST(Encoders, BertWithoutAHeadGivesItsLastStatesAndKeepsThePooler)
{
    const ParameterSet parameters = test::toyParameters(test::toyBert(Task::TextEncoder));
    const SlowEncoder slow(parameters, withPrefix(kBertSpelling, ""));
    expectTokens(parameters, slow, sentencesByColumn(true), unchanged);
    EXPECT_TRUE(hasParameter(parameters.config, {Role::HeadDenseWeight, -1}));
}

TEST(Encoders, RobertaCountsRealTokensOnly)
{
    const ParameterSet parameters = test::toyParameters(test::toyRoberta());
    const SlowEncoder slow(parameters, withPrefix(kBertSpelling, "roberta."));
    expectTokens(parameters, slow, sentencesByToken(), [&](const Row& state) {
        return slow.tied(
            slow.layerNorm(each(slow.linear(state, "lm_head.dense"), gelu), "lm_head.layer_norm"),
            "lm_head.bias");
    });
}

TEST(Encoders, RobertaClassifiesByALayerOfItsHead)
{
    const ParameterSet parameters =
        test::toyParameters(test::toyRoberta(Task::SequenceClassification));
    const SlowEncoder slow(parameters, withPrefix(kBertSpelling, "roberta."));
    expectClasses(parameters, slow, sentencesByToken()[0], [&](const Row& state) {
        return slow.linear(
            each(slow.linear(state, "classifier.dense"), hyperbolicTangent), "classifier.out_proj");
    });
}

TEST(Encoders, DistilbertGuessesMaskedTokensWithoutTypes)
{
    const ParameterSet parameters = test::toyParameters(test::toyDistilbert());
    const SlowEncoder slow(parameters, kDistilbertSpelling);
    expectTokens(parameters, slow, sentencesByColumn(false), [&](const Row& state) {
        return slow.tied(
            slow.layerNorm(each(slow.linear(state, "vocab_transform"), gelu), "vocab_layer_norm"),
            "vocab_projector.bias");
    });
}

TEST(Encoders, DistilbertClassifiesBehindARamp)
{
    const ParameterSet parameters =
        test::toyParameters(test::toyDistilbert(Task::SequenceClassification));
    const SlowEncoder slow(parameters, kDistilbertSpelling);
    expectClasses(parameters, slow, sentencesByColumn(false)[0], [&](const Row& state) {
        return slow.linear(each(slow.linear(state, "pre_classifier"), relu), "classifier");
    });
}

TEST(Encoders, DistilbertWithoutAHeadGivesItsLastStates)
{
    const ParameterSet parameters = test::toyParameters(test::toyDistilbert(Task::TextEncoder));
    const SlowEncoder slow(parameters, withPrefix(kDistilbertSpelling, ""));
    expectTokens(parameters, slow, sentencesByColumn(false), unchanged);
    EXPECT_FALSE(hasParameter(parameters.config, {Role::HeadDenseWeight, -1}));
}

} // namespace
} // namespace espalier
