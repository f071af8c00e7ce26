/* Random words: Philox 4x64 with 10 rounds (J. Salmon et al. 2011), in the order of NumPy's generator.
 *
 * addresses: out (uint32), key (two words), counter (one). numbers: words of out, kind of the key, of the
 * counter, step of the key (integers.h). It is cut along blocks of eight words. */
#include "cornu.h"
#include "integers.h"

#include <string.h>

static inline uint64_t high_product(uint64_t a, uint64_t b, uint64_t *low) {
    unsigned __int128 product = (unsigned __int128)a * b;
    *low = (uint64_t)product;
    return (uint64_t)(product >> 64);
}

static void philox(uint64_t block, uint64_t counter, uint64_t k0, uint64_t k1, uint64_t *out) {
    uint64_t a = block, b = counter, c = 0, d = 0;
    for (int round = 0; round < 10; round++) {
        uint64_t low0, low1;
        uint64_t high0 = high_product(0xD2E7470EE14C6C93u, a, &low0);
        uint64_t high1 = high_product(0xCA5A826395121157u, c, &low1);
        a = high1 ^ b ^ k0;
        b = low1;
        c = high0 ^ d ^ k1;
        d = low0;
        k0 += 0x9E3779B97F4A7C15u;
        k1 += 0xBB67AE8584CAA73Bu;
    }
    out[0] = a;
    out[1] = b;
    out[2] = c;
    out[3] = d;
}

EXPORT void k_random_bits(const task *t, int64_t part, char *scratch) {
    (void)scratch;
    int64_t words = t->n[0], blocks = (words + 7) / 8;
    uint64_t k0 = (uint64_t)integer_at(t->at[1], t->n[1], 0);
    uint64_t k1 = (uint64_t)integer_at(t->at[1], t->n[1], t->n[3]);
    uint64_t counter = (uint64_t)integer_at(t->at[2], t->n[2], 0);
    int64_t last = cut(blocks, 1, part + 1, t->parts);
    for (int64_t block = cut(blocks, 1, part, t->parts); block < last; block++) {
        uint64_t bits[4];
        philox((uint64_t)block + 1, counter, k0, k1, bits);
        memcpy(t->at[0] + 32 * block, bits, (size_t)(4 * smaller(8, words - 8 * block)));
    }
}
