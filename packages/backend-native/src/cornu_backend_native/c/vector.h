/* Vectors as wide as the processor's: `floats` and `doubles`, loaded from anywhere.
 *
 * They are the compiler's own types, so + - * and comparisons work on them element for element. */
#ifndef CORNU_VECTOR_H
#define CORNU_VECTOR_H

#include <stdint.h>
#include <string.h>

/* FLOATS and DOUBLES: how many a vector has; they are digits, to be counted by the preprocessor. */
#if defined(__AVX512F__)
#define VECTOR_BYTES 64
#define FLOATS 16
#define DOUBLES 8
#elif defined(__AVX2__)
#define VECTOR_BYTES 32
#define FLOATS 8
#define DOUBLES 4
#else
#define VECTOR_BYTES 16
#define FLOATS 4
#define DOUBLES 2
#endif

/* How many vectors the registers hold. */
#if defined(__AVX512F__) || defined(__aarch64__)
#define VECTOR_REGISTERS 32
#else
#define VECTOR_REGISTERS 16
#endif

typedef float floats __attribute__((vector_size(VECTOR_BYTES)));
typedef double doubles __attribute__((vector_size(VECTOR_BYTES)));

#define VECTOR_INLINE static inline __attribute__((always_inline))

VECTOR_INLINE floats load_floats(const float *from) {
    floats v;
    memcpy(&v, from, sizeof v);
    return v;
}

VECTOR_INLINE doubles load_doubles(const double *from) {
    doubles v;
    memcpy(&v, from, sizeof v);
    return v;
}

VECTOR_INLINE void store_floats(float *to, floats v) { memcpy(to, &v, sizeof v); }
VECTOR_INLINE void store_doubles(double *to, doubles v) { memcpy(to, &v, sizeof v); }

VECTOR_INLINE floats all_floats(float x) { return x - (floats){0}; }
VECTOR_INLINE doubles all_doubles(double x) { return x - (doubles){0}; }

/* a * b + c: rounded once where the processor has an instruction for it, else twice. */
#if (defined(__FMA__) || defined(__aarch64__)) && __has_builtin(__builtin_elementwise_fma)
#define MULTIPLY_ADD(a, b, c) __builtin_elementwise_fma(a, b, c)
#else
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#endif

#endif
