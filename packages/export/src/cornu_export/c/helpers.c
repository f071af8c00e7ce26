/* Functions that exported files hold where they need them. MODEL, TYPE, SHORT, UNSIGNED and FUNC are
 * replaced: the prefix of the file, a type and its short name, the type that does not overflow, and
 * the ending of the functions of math.h. A head names a function and those it needs. */

/* ---- exp ---- */
/* e to the power x, within 2 units in the last place (Cephes' polynomial). No branch and no call, so
 * that compilers make vectors of it. */
static inline float MODEL_power_of_two(int32_t n)
{
    union { uint32_t bits; float value; } u;
    u.bits = ((uint32_t)n + 127u) << 23;
    return u.value;
}

static inline float MODEL_exp_SHORT(float x)
{
    const float high = (x > 89.0f) ? 89.0f : x;
    const float c = (high < -104.0f) ? -104.0f : high;
    union { float value; uint32_t bits; } shifted;
    shifted.value = c * 1.44269504f + 12582912.0f; /* 1.5 * 2^23: what is added to it is rounded */
    const int32_t whole = (int32_t)(shifted.bits - 0x4B400000u);
    const float n = shifted.value - 12582912.0f;
    const float r = n * 2.12194440e-4f + (n * -0.693359375f + c);
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    const float y = p * (r * r) + r + 1.0f;
    const int32_t half = whole / 2; /* in two factors: the result may be subnormal, or too large */
    const float scaled = y * MODEL_power_of_two(half) * MODEL_power_of_two(whole - half);
    return (x != x) ? x : scaled;
}

/* ---- tanh: exp ---- */
/* A polynomial near 0, by exp elsewhere. */
static inline float MODEL_tanh_SHORT(float x)
{
    const float a = (x < 0.0f) ? -x : x;
    const float s = a * a;
    float p = -5.699839908629656e-3f;
    p = p * s + 2.065606229007244e-2f;
    p = p * s + -5.3752873092889786e-2f;
    p = p * s + 1.3331712782382965e-1f;
    p = p * s + -3.3333295583724976e-1f;
    const float near = (a * s) * p + a;
    const float far = 1.0f - 2.0f / (MODEL_exp_SHORT(2.0f * a) + 1.0f);
    const float y = (a < 0.64f) ? near : far;
    const float signed_y = (x < 0.0f) ? -y : y;
    return (x == 0.0f) ? x : signed_y;
}

/* ---- maximum ---- */
static inline TYPE MODEL_maximum_SHORT(TYPE a, TYPE b)
{
    return ((a > b) | (a != a)) ? a : b;
}

/* ---- minimum ---- */
static inline TYPE MODEL_minimum_SHORT(TYPE a, TYPE b)
{
    return ((a < b) | (a != a)) ? a : b;
}

/* ---- whole ---- */
/* A real as a whole number, NaN and what is too large as the smallest of them: C leaves that open. */
static inline int32_t MODEL_whole_SHORT(TYPE x)
{
    const int fits = (x >= (TYPE)-2147483648.0) & (x < (TYPE)2147483648.0);
    return (int32_t)(fits ? x : (TYPE)-2147483648.0);
}

/* ---- long_whole ---- */
/* The same in 64 bits. */
static inline int64_t MODEL_long_whole_SHORT(TYPE x)
{
    const int fits = (x >= (TYPE)-9223372036854775808.0) & (x < (TYPE)9223372036854775808.0);
    return (int64_t)(fits ? x : (TYPE)-9223372036854775808.0);
}

/* ---- natural: long_whole ---- */
/* A real as a whole number without a sign; of negative ones, what those with a sign have. */
static inline uint64_t MODEL_natural_SHORT(TYPE x)
{
    const int above = (x >= (TYPE)9223372036854775808.0) & (x < (TYPE)18446744073709551616.0);
    return above ? (uint64_t)x : (uint64_t)MODEL_long_whole_SHORT(x);
}

/* ---- before ---- */
/* Whether a stands before b in order: NaN is last. */
static inline int MODEL_before_SHORT(TYPE a, TYPE b)
{
    return (a < b) || ((b != b) && (a == a));
}

/* ---- whole_before ---- */
/* Whether a stands before b in order. */
static inline int MODEL_whole_before_SHORT(TYPE a, TYPE b)
{
    return a < b;
}

/* ---- erfinv ---- */
/* Giles' approximation (2010) starts two steps of Newton's method. */
static TYPE MODEL_erfinv_SHORT(TYPE given)
{
    static const double central[9] = {
        2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087,
        -0.00125372503, -0.00417768164, 0.246640727, 1.50140941};
    static const double outer[9] = {
        -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773,
        -0.0076224613, 0.00943887047, 1.00167406, 2.83297682};
    const double v = (double)given;
    if (!(fabs(v) < 1.0)) {
        return (TYPE)((fabs(v) == 1.0) ? copysign(INFINITY, v) : NAN);
    }
    const double w = -log1p(-v * v);
    const double at = (w < 5.0) ? (w - 2.5) : (sqrt(w) - 3.0);
    double x = 0.0;
    for (int32_t i = 0; i < 9; ++i) {
        x = x * at + ((w < 5.0) ? central[i] : outer[i]);
    }
    x *= v;
    for (int32_t i = 0; i < 2; ++i) {
        const double step = (erf(x) - v) * exp(x * x) * 0.88622692545275801365;
        if ((step - step) == 0.0) {
            x -= step;
        }
    }
    return (TYPE)x;
}

/* ---- remainder ---- */
/* The remainder with the sign of b. */
static TYPE MODEL_remainder_SHORT(TYPE a, TYPE b)
{
    TYPE m = fmodFUNC(a, b);
    if ((b != 0) && (m != 0) && ((b < 0) != (m < 0))) {
        m += b;
    } else if ((b != 0) && (m == 0)) {
        m = copysignFUNC((TYPE)0, b);
    }
    return m;
}

/* ---- quotient ---- */
/* The quotient rounded down. */
static TYPE MODEL_quotient_SHORT(TYPE a, TYPE b)
{
    if (b == 0) {
        return a / b;
    }
    const TYPE m = fmodFUNC(a, b);
    TYPE q = (a - m) / b;
    if ((m != 0) && ((b < 0) != (m < 0))) {
        q -= (TYPE)1;
    }
    const TYPE whole = floorFUNC(q);
    return ((q - whole) > (TYPE)0.5) ? (whole + (TYPE)1) : whole;
}

/* ---- whole_remainder ---- */
/* The remainder with the sign of b; 0 where b is 0. */
static TYPE MODEL_whole_remainder_SHORT(TYPE a, TYPE b)
{
    if ((b == 0) || (b == (TYPE)-1)) {
        return 0;
    }
    const TYPE m = (TYPE)(a % b);
    return (TYPE)(((m != 0) && ((b < 0) != (m < 0))) ? (m + b) : m);
}

/* ---- whole_quotient ---- */
/* The quotient rounded down; 0 where b is 0. */
static TYPE MODEL_whole_quotient_SHORT(TYPE a, TYPE b)
{
    if (b == 0) {
        return 0;
    }
    if (b == (TYPE)-1) {
        return (TYPE)((UNSIGNED)0 - (UNSIGNED)a);
    }
    const TYPE q = (TYPE)(a / b);
    return (TYPE)((((TYPE)(a % b) != 0) && ((b < 0) != (a < 0))) ? (q - 1) : q);
}

/* ---- natural_remainder ---- */
/* The remainder of numbers without a sign; 0 where b is 0. */
static TYPE MODEL_natural_remainder_SHORT(TYPE a, TYPE b)
{
    return (b == 0u) ? (TYPE)0 : (TYPE)(a % b);
}

/* ---- natural_quotient ---- */
/* The quotient of numbers without a sign; 0 where b is 0. */
static TYPE MODEL_natural_quotient_SHORT(TYPE a, TYPE b)
{
    return (b == 0u) ? (TYPE)0 : (TYPE)(a / b);
}

/* ---- whole_power ---- */
static TYPE MODEL_whole_power_SHORT(TYPE a, TYPE b)
{
    UNSIGNED result = 1u;
    UNSIGNED square = (UNSIGNED)a;
    for (UNSIGNED left = (UNSIGNED)b; left != 0u; left >>= 1) {
        if ((left & 1u) != 0u) {
            result *= square;
        }
        square *= square;
    }
    return (TYPE)result;
}

/* ---- multiply ---- */
/* y (m, n) = a (m, k) b (k, n), or y += it if `more`. Rows begin every a_row, b_row and y_row numbers;
 * those of one row of a stand a_step apart. */
static void MODEL_multiply_SHORT(
    const TYPE *restrict a, int32_t a_row, int32_t a_step, const TYPE *restrict b, int32_t b_row,
    TYPE *restrict y, int32_t y_row, int32_t m, int32_t k, int32_t n, int32_t more)
{
    const int32_t m4 = m - (m % 4);
    const int32_t k4 = k - (k % 4);
    for (int32_t i = 0; i < m4; i += 4) { /* four rows and sixteen columns at a time */
        const TYPE *const a0 = &a[i * a_row];
        const TYPE *const a1 = &a[(i + 1) * a_row];
        const TYPE *const a2 = &a[(i + 2) * a_row];
        const TYPE *const a3 = &a[(i + 3) * a_row];
        for (int32_t j = 0; j < n; j += 16) {
            TYPE *const y0 = &y[(i * y_row) + j];
            TYPE *const y1 = &y[((i + 1) * y_row) + j];
            TYPE *const y2 = &y[((i + 2) * y_row) + j];
            TYPE *const y3 = &y[((i + 3) * y_row) + j];
            const int32_t width = n - j;
            if (width >= 16) {
                TYPE s0[16], s1[16], s2[16], s3[16];
                for (int32_t q = 0; q < 16; ++q) {
                    s0[q] = (more != 0) ? y0[q] : (TYPE)0;
                    s1[q] = (more != 0) ? y1[q] : (TYPE)0;
                    s2[q] = (more != 0) ? y2[q] : (TYPE)0;
                    s3[q] = (more != 0) ? y3[q] : (TYPE)0;
                }
                for (int32_t p = 0; p < k; ++p) {
                    const TYPE *const row = &b[(p * b_row) + j];
                    const TYPE f0 = a0[p * a_step];
                    const TYPE f1 = a1[p * a_step];
                    const TYPE f2 = a2[p * a_step];
                    const TYPE f3 = a3[p * a_step];
                    for (int32_t q = 0; q < 16; ++q) {
                        s0[q] += f0 * row[q];
                        s1[q] += f1 * row[q];
                        s2[q] += f2 * row[q];
                        s3[q] += f3 * row[q];
                    }
                }
                for (int32_t q = 0; q < 16; ++q) {
                    y0[q] = s0[q];
                    y1[q] = s1[q];
                    y2[q] = s2[q];
                    y3[q] = s3[q];
                }
            } else {
                for (int32_t q = 0; (q < width) && (more == 0); ++q) {
                    y0[q] = (TYPE)0;
                    y1[q] = (TYPE)0;
                    y2[q] = (TYPE)0;
                    y3[q] = (TYPE)0;
                }
                for (int32_t p = 0; p < k; ++p) {
                    const TYPE *const row = &b[(p * b_row) + j];
                    for (int32_t q = 0; q < width; ++q) {
                        y0[q] += a0[p * a_step] * row[q];
                        y1[q] += a1[p * a_step] * row[q];
                        y2[q] += a2[p * a_step] * row[q];
                        y3[q] += a3[p * a_step] * row[q];
                    }
                }
            }
        }
    }
    for (int32_t i = m4; i < m; ++i) { /* a row: four rows of b at a time */
        const TYPE *const factor = &a[i * a_row];
        TYPE *const row = &y[i * y_row];
        for (int32_t j = 0; (j < n) && (more == 0); ++j) {
            row[j] = (TYPE)0;
        }
        for (int32_t p = 0; p < k4; p += 4) {
            const TYPE f0 = factor[p * a_step];
            const TYPE f1 = factor[(p + 1) * a_step];
            const TYPE f2 = factor[(p + 2) * a_step];
            const TYPE f3 = factor[(p + 3) * a_step];
            const TYPE *const b0 = &b[p * b_row];
            const TYPE *const b1 = &b0[b_row];
            const TYPE *const b2 = &b1[b_row];
            const TYPE *const b3 = &b2[b_row];
            for (int32_t j = 0; j < n; ++j) {
                row[j] += ((f0 * b0[j]) + (f1 * b1[j])) + ((f2 * b2[j]) + (f3 * b3[j]));
            }
        }
        for (int32_t p = k4; p < k; ++p) {
            const TYPE *const b0 = &b[p * b_row];
            for (int32_t j = 0; j < n; ++j) {
                row[j] += factor[p * a_step] * b0[j];
            }
        }
    }
}

/* ---- int8_multiply ---- */
/* As multiply, of whole numbers: a product of two int8 is an int16, a sum an int32. */
static void MODEL_int8_multiply_SHORT(
    const int8_t *restrict a, int32_t a_row, int32_t a_step, const int8_t *restrict b, int32_t b_row,
    TYPE *restrict y, int32_t y_row, int32_t m, int32_t k, int32_t n, int32_t more)
{
    const int32_t n32 = n - (n % 32);
    for (int32_t i = 0; i < m; ++i) {
        const int8_t *const factor = &a[i * a_row];
        TYPE *const row = &y[i * y_row];
        for (int32_t j = 0; (j < n) && (more == 0); ++j) {
            row[j] = 0;
        }
        for (int32_t j = 0; j < n32; j += 32) { /* sums of 32 columns at a time */
            TYPE sums[32] = {0};
            for (int32_t p = 0; p < k; ++p) {
                const int16_t f = factor[p * a_step];
                const int8_t *const b0 = &b[(p * b_row) + j];
                for (int32_t q = 0; q < 32; ++q) {
                    sums[q] += (int16_t)(f * b0[q]);
                }
            }
            for (int32_t q = 0; q < 32; ++q) {
                row[j + q] += sums[q];
            }
        }
        for (int32_t p = 0; (p < k) && (n32 < n); ++p) {
            const int16_t f = factor[p * a_step];
            const int8_t *const b0 = &b[p * b_row];
            for (int32_t j = n32; j < n; ++j) {
                row[j] += (int16_t)(f * b0[j]);
            }
        }
    }
}

/* ---- int8_dot ---- */
/* As int8_multiply, of a b that lies column by column, every b_row numbers. */
static void MODEL_int8_dot_SHORT(
    const int8_t *restrict a, int32_t a_row, int32_t a_step, const int8_t *restrict b, int32_t b_row,
    TYPE *restrict y, int32_t y_row, int32_t m, int32_t k, int32_t n, int32_t more)
{
    const int32_t n4 = n - (n % 4);
    int16_t f[256]; /* of which a processor multiplies two at a time */
    for (int32_t i = 0; i < m; ++i) {
        TYPE *const row = &y[i * y_row];
        for (int32_t j = 0; (j < n) && (more == 0); ++j) {
            row[j] = 0;
        }
        for (int32_t first = 0; first < k; first += 256) {
            const int32_t width = ((k - first) < 256) ? (k - first) : 256;
            for (int32_t p = 0; p < width; ++p) {
                f[p] = a[(i * a_row) + ((first + p) * a_step)];
            }
            for (int32_t j = 0; j < n4; j += 4) {
                const int8_t *const b0 = &b[(j * b_row) + first];
                const int8_t *const b1 = &b0[b_row];
                const int8_t *const b2 = &b1[b_row];
                const int8_t *const b3 = &b2[b_row];
                TYPE s0 = 0, s1 = 0, s2 = 0, s3 = 0;
                for (int32_t p = 0; p < width; ++p) {
                    s0 += f[p] * (int16_t)b0[p];
                    s1 += f[p] * (int16_t)b1[p];
                    s2 += f[p] * (int16_t)b2[p];
                    s3 += f[p] * (int16_t)b3[p];
                }
                row[j] += s0;
                row[j + 1] += s1;
                row[j + 2] += s2;
                row[j + 3] += s3;
            }
            for (int32_t j = n4; j < n; ++j) {
                const int8_t *const b0 = &b[(j * b_row) + first];
                for (int32_t p = 0; p < width; ++p) {
                    row[j] += f[p] * (int16_t)b0[p];
                }
            }
        }
    }
}
