/* Which variant of this library the processor can run. It is compiled for the lowest of them, in all. */
#include "cornu.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <stdbool.h>

enum { EAX, EBX, ECX, EDX };
enum { AVX_STATE = 0x06, AVX512_STATE = 0xe6 }; /* registers that the system keeps for a thread */

static void ask(unsigned leaf, unsigned r[4]) {
    if (!__get_cpuid_count(leaf, 0, &r[EAX], &r[EBX], &r[ECX], &r[EDX]))
        r[EAX] = r[EBX] = r[ECX] = r[EDX] = 0;
}

static bool has(unsigned word, unsigned bits) { return (word & bits) == bits; }

static unsigned kept_by_system(void) {
    unsigned low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

/* 0: x86-64, 1: x86-64-v3, 2: x86-64-v4, as in the x86-64 psABI. */
EXPORT int cornu_level(void) {
    unsigned basic[4], more[4], extended[4];
    ask(1, basic);
    ask(7, more);
    ask(0x80000001u, extended);
    if (!has(basic[ECX], bit_FMA | bit_MOVBE | bit_OSXSAVE | bit_AVX | bit_F16C)) return 0;
    if (!has(more[EBX], bit_AVX2 | bit_BMI | bit_BMI2) || !has(extended[ECX], bit_LZCNT)) return 0;
    if (!has(kept_by_system(), AVX_STATE)) return 0;
    if (!has(more[EBX], bit_AVX512F | bit_AVX512BW | bit_AVX512CD | bit_AVX512DQ | bit_AVX512VL) ||
        !has(kept_by_system(), AVX512_STATE))
        return 1;
    return 2;
}
#else
EXPORT int cornu_level(void) { return 0; }
#endif
