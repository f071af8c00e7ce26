/* Functions of single numbers that compilers turn into vectors: no branches, no calls.
 *
 * float32 within 2 units in the last place of the true value, over the whole range: subnormal numbers,
 * zeros of either sign, infinities and NaN go in and come out. */
#ifndef CORNU_MATH_H
#define CORNU_MATH_H

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

/* a * b + c, rounded once where processors can. */
#if defined(__FMA__) || defined(__aarch64__)
#define MULTIPLY_ADD(a, b, c) __builtin_fmaf(a, b, c)
#else
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#endif

INLINE int32_t bits_of(float x) {
    int32_t i;
    memcpy(&i, &x, 4);
    return i;
}

INLINE float float_of(int32_t bits) {
    float x;
    memcpy(&x, &bits, 4);
    return x;
}

/* 2 to the power n, for -126 <= n <= 127. */
INLINE float power_of_two(int32_t n) { return float_of((n + 127) << 23); }

static const float TO_INTEGER = 12582912.0f; /* 1.5 * 2^23: what is added to it is rounded */

/* x = n log 2 + r with |r| <= log(2) / 2; the logarithm stands in two parts. */
INLINE float reduced(float x, float *n) {
    *n = MULTIPLY_ADD(x, 1.44269504f, TO_INTEGER) - TO_INTEGER;
    return MULTIPLY_ADD(*n, 2.12194440e-4f, MULTIPLY_ADD(*n, -0.693359375f, x));
}

/* exp(r) - 1 = r + r * r * p(r): Cephes' polynomial (S. Moshier, expf). */
INLINE float exponential_tail(float r) {
    float p = 1.9875691500e-4f;
    p = MULTIPLY_ADD(p, r, 1.3981999507e-3f);
    p = MULTIPLY_ADD(p, r, 8.3334519073e-3f);
    p = MULTIPLY_ADD(p, r, 4.1665795894e-2f);
    p = MULTIPLY_ADD(p, r, 1.6666665459e-1f);
    p = MULTIPLY_ADD(p, r, 5.0000001201e-1f);
    return p * (r * r);
}

INLINE float exp_f(float x) {
    float c = x > 89.0f ? 89.0f : x, n;
    c = c < -104.0f ? -104.0f : c;
    float r = reduced(c, &n);
    float y = exponential_tail(r) + r + 1.0f;
    /* in two factors: the result may be subnormal, or too large */
    int32_t whole = (int32_t)n, half = whole >> 1;
    y = y * power_of_two(half) * power_of_two(whole - half);
    return x != x ? x : y;
}

INLINE float expm1_f(float x) {
    float c = x > 89.0f ? 89.0f : x, n;
    c = c < -20.0f ? -20.0f : c;
    float r = reduced(c, &n);
    float y = exponential_tail(r) + r;
    int32_t whole = (int32_t)n, most = whole > 127 ? 127 : whole;
    float scale = power_of_two(most), rest = power_of_two(whole - most);
    y = (y * scale + (scale - 1.0f)) * rest;
    y = x == 0.0f ? x : y; /* -0 stays -0 */
    return x != x ? x : y;
}

/* log(1 + f) = f - f * f / 2 + f^3 p(f): Cephes' polynomial (S. Moshier, logf). */
INLINE float log_f(float x) {
    float tiny = x < FLT_MIN ? 1.0f : 0.0f;
    float scaled = x < FLT_MIN ? x * 8388608.0f : x;
    int32_t bits = bits_of(scaled), exponent = (bits - 0x3f3504f3) >> 23;
    float f = float_of(bits - (int32_t)((uint32_t)exponent << 23)) - 1.0f, z = f * f;
    float y = 7.0376836292e-2f;
    y = MULTIPLY_ADD(y, f, -1.1514610310e-1f);
    y = MULTIPLY_ADD(y, f, 1.1676998740e-1f);
    y = MULTIPLY_ADD(y, f, -1.2420140846e-1f);
    y = MULTIPLY_ADD(y, f, 1.4249322787e-1f);
    y = MULTIPLY_ADD(y, f, -1.6668057665e-1f);
    y = MULTIPLY_ADD(y, f, 2.0000714765e-1f);
    y = MULTIPLY_ADD(y, f, -2.4999993993e-1f);
    y = MULTIPLY_ADD(y, f, 3.3333331174e-1f);
    y = y * f * z;
    float e = (float)exponent - 23.0f * tiny;
    y = MULTIPLY_ADD(e, -2.12194440e-4f, y);
    y = MULTIPLY_ADD(z, -0.5f, y);
    float result = MULTIPLY_ADD(e, 0.693359375f, f + y);
    result = x == 0.0f ? -INFINITY : result;
    result = x < 0.0f ? NAN : result;
    return x == INFINITY || x != x ? x : result;
}

INLINE float log1p_f(float x) {
    float u = 1.0f + x;
    float lost = x - (u - 1.0f); /* of x by the rounding of u */
    float y = log_f(u) + lost / u;
    y = u == 1.0f ? x : y;
    y = x == -1.0f ? -INFINITY : y;
    return x == INFINITY ? x : y;
}

/* Near 0: a + a^3 p(a * a), fitted for the least largest error; elsewhere by exp. */
INLINE float tanh_f(float x) {
    float a = fabsf(x), s = a * a;
    float p = -5.699839908629656e-3f;
    p = MULTIPLY_ADD(p, s, 2.065606229007244e-2f);
    p = MULTIPLY_ADD(p, s, -5.3752873092889786e-2f);
    p = MULTIPLY_ADD(p, s, 1.3331712782382965e-1f);
    p = MULTIPLY_ADD(p, s, -3.3333295583724976e-1f);
    float near = MULTIPLY_ADD(a * s, p, a);
    float far = 1.0f - 2.0f / (exp_f(2.0f * a) + 1.0f);
    float y = copysignf(a < 0.64f ? near : far, x); /* -0 stays -0 */
    return x != x ? x : y;
}

/* Near 0: x + x p(x * x); beyond 1: 1 - exp(-x * x - q(x)), where exp(q) is 1 / erfcx. Both polynomials
 * were fitted for the least largest error. */
INLINE float erf_f(float x) {
    float a = fabsf(x), s = a * a;
    float p = -9.680132279754616e-06f;
    p = MULTIPLY_ADD(p, s, 1.1270543473074213e-4f);
    p = MULTIPLY_ADD(p, s, -8.4847112884745e-4f);
    p = MULTIPLY_ADD(p, s, 5.221074912697077e-3f);
    p = MULTIPLY_ADD(p, s, -2.686544507741928e-2f);
    p = MULTIPLY_ADD(p, s, 1.1283782869577408e-1f);
    p = MULTIPLY_ADD(p, s, -3.7612637877464294e-1f);
    p = MULTIPLY_ADD(p, s, 1.2837916612625122e-1f);
    float near = MULTIPLY_ADD(x, p, x);
    float t = a > 4.0f ? 4.0f : a;
    float q = -1.5460794884347706e-06f;
    q = MULTIPLY_ADD(q, t, 4.440756674739532e-05f);
    q = MULTIPLY_ADD(q, t, -5.84148452617228e-4f);
    q = MULTIPLY_ADD(q, t, 4.706020001322031e-3f);
    q = MULTIPLY_ADD(q, t, -2.628430724143982e-2f);
    q = MULTIPLY_ADD(q, t, 1.0986413806676865e-1f);
    q = MULTIPLY_ADD(q, t, -3.6796805262565613e-1f);
    q = MULTIPLY_ADD(q, t, 1.130124807357788f);
    q = MULTIPLY_ADD(q, t, -2.958273980766535e-4f);
    float far = copysignf(1.0f - exp_f(-MULTIPLY_ADD(t, t, q)), x);
    return a < 1.0f ? near : x != x ? x : far;
}

/* ---- any float type, in double ---- */

/* Giles' approximation (2010) starts two steps of Newton's method. */
INLINE double erfinv_d(double v) {
    static const double CENTRAL[] = {1.50140941, 0.246640727, -0.00417768164, -0.00125372503,
                                     0.00021858087, -4.39150654e-06, -3.5233877e-06,
                                     3.43273939e-07, 2.81022636e-08};
    static const double OUTER[] = {2.83297682, 1.00167406, 0.00943887047, -0.0076224613,
                                   0.00573950773, -0.00367342844, 0.00134934322, 0.000100950558,
                                   -0.000200214257};
    if (fabs(v) >= 1.0 || v != v) return fabs(v) == 1.0 ? copysign(INFINITY, v) : NAN;
    double w = -log1p(-v * v);
    const double *c = w < 5.0 ? CENTRAL : OUTER;
    double at = w < 5.0 ? w - 2.5 : sqrt(w) - 3.0, x = c[8];
    for (int i = 7; i >= 0; i--) x = x * at + c[i];
    x *= v;
    for (int i = 0; i < 2; i++) {
        double step = (erf(x) - v) * exp(x * x) * 0.88622692545275801365;
        if (isfinite(step)) x -= step;
    }
    return x;
}

/* The remainder with the sign of b, and the quotient that belongs to it, as NumPy has them: rounded to
 * the type T after each step. */
#define DIVISION(T, suffix, fmod_T, copysign_T, floor_T)             \
    INLINE T remainder_##suffix(T a, T b) {                          \
        T m = fmod_T(a, b);                                          \
        if (b == 0) return m;                                        \
        if (m == 0) return copysign_T(0, b);                         \
        return (b < 0) != (m < 0) ? m + b : m;                       \
    }                                                                \
    INLINE T quotient_##suffix(T a, T b) {                           \
        if (b == 0) return a / b;                                    \
        T m = fmod_T(a, b), q = (a - m) / b;                         \
        if (m != 0 && (b < 0) != (m < 0)) q -= 1;                    \
        if (q == 0) return copysign_T(0, a / b);                     \
        T whole = floor_T(q);                                        \
        return q - whole > (T)0.5 ? whole + 1 : whole;               \
    }
DIVISION(float, f, fmodf, copysignf, floorf)
DIVISION(double, d, fmod, copysign, floor)
#undef DIVISION

#endif
