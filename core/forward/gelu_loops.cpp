// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/gelu_loops.h"

#include "core/tensors/float_vectors.h"

namespace espalier {

namespace {

struct TanhForm
{
    /// share = 1/2 (1 + tanh(u)) = 1 / (1 + exp(-2 u)); value = x share
    static ESPALIER_INLINE void compute(const Floats& x, Floats& value, Floats& slope)
    {
        constexpr float kScale = 0.797884561F; // sqrt(2 / pi)
        constexpr float kCube = 0.044715F;
        const Floats square = x * x;
        Floats e = (x + kCube * square * x) * (-2 * kScale);
        exponentiate(e);
        const Floats share = 1.0F / (1.0F + e);
        const Floats inner = (2 * kScale) * (1.0F + 3 * kCube * square);
        value = x * share;
        slope = share + value * (1.0F - share) * inner;
    }
};

struct ErfForm
{
    /// value = x Phi(x), slope = Phi(x) + x phi(x), with the normal distribution's Phi(-|x|) =
    /// exp(-x² / 2) p(k), k = 1 / (1 + 0.34 |x|) (the form of Abramowitz and Stegun 7.1.26). The
    /// polynomial p was fitted to an absolute error of Phi below 1e-9, so that rounding rules.
    static ESPALIER_INLINE void compute(const Floats& x, Floats& value, Floats& slope)
    {
        Floats density = x * x * -0.5F;
        density = density < -80.0F ? Floats{} - 80.0F : density; // denormals are slow
        exponentiate(density);
        const Floats size = x < 0.0F ? -x : x;
        const Floats k = 1.0F / (1.0F + 0.34F * size);
        Floats p = k * -0.0225332048F + 0.120123978F;
        p = p * k + -0.228845036F;
        p = p * k + 0.146539678F;
        p = p * k + -0.00301359225F;
        p = p * k + 0.0964779626F;
        p = p * k + 0.120153867F;
        p = p * k + 0.135441832F;
        p = p * k + 0.135654514F;
        const Floats tail = density * (p * k);
        const Floats share = x < 0.0F ? tail : 1.0F - tail;
        value = x * share;
        slope = share + x * (density * 0.398942280F); // 1 / sqrt(2 pi)
    }
};

template <typename Form, bool kBiased, bool kSloped>
ESPALIER_INLINE void forwardLoop(const GeluRows& given)
{
    const GeluRows r = given; // a copy, which stores cannot change
    for (std::int64_t row = 0; row < r.rows; ++row) {
        const std::int64_t start = row * r.columns;
        overVectors(
            r.columns, [&](std::int64_t i, int count) __attribute__((always_inline)) {
                Floats x;
                load(x, r.x + start + i, count);
                if constexpr (kBiased) {
                    Floats bias;
                    load(bias, r.bias + i, count);
                    x += bias;
                }
                Floats value;
                Floats slope;
                Form::compute(x, value, slope);
                store(r.out + start + i, value, count);
                if constexpr (kSloped)
                    store(r.slope + start + i, slope, count);
            });
    }
}

template <typename Form> ESPALIER_INLINE void forwardOfForm(const GeluRows& rows)
{
    if (rows.bias && rows.slope)
        forwardLoop<Form, true, true>(rows);
    else if (rows.bias)
        forwardLoop<Form, true, false>(rows);
    else if (rows.slope)
        forwardLoop<Form, false, true>(rows);
    else
        forwardLoop<Form, false, false>(rows);
}

template <bool kSummed>
ESPALIER_INLINE void backwardLoop(const float* slope, const float* above, float* out, float* sums,
    std::int64_t rows, std::int64_t columns)
{
    for (std::int64_t row = 0; row < rows; ++row) {
        const std::int64_t start = row * columns;
        overVectors(
            columns, [&](std::int64_t i, int count) __attribute__((always_inline)) {
                Floats s;
                Floats a;
                load(s, slope + start + i, count);
                load(a, above + start + i, count);
                const Floats product = s * a;
                store(out + start + i, product, count);
                if constexpr (kSummed) {
                    Floats sum;
                    load(sum, sums + i, count);
                    sum += product;
                    store(sums + i, sum, count);
                }
            });
    }
}

} // namespace

ESPALIER_CLONES void geluForward(GeluForm form, const GeluRows& rows)
{
    if (form == GeluForm::Tanh)
        forwardOfForm<TanhForm>(rows);
    else
        forwardOfForm<ErfForm>(rows);
}

ESPALIER_CLONES void geluBackward(const float* slope, const float* above, float* out, float* sums,
    std::int64_t rows, std::int64_t columns)
{
    if (sums)
        backwardLoop<true>(slope, above, out, sums, rows, columns);
    else
        backwardLoop<false>(slope, above, out, sums, rows, columns);
}

} // namespace espalier
