/* Prints, for each line "together alone" of seconds on its input, how the run went: 0 or 1. */
#include "pace.h"

#include <stdio.h>

int main(void) {
    pace p = {{0}, 0, 0, 0};
    double seconds[2];
    while (scanf("%lf %lf", &seconds[TOGETHER], &seconds[ALONE]) == 2) {
        int how = pace_choose(&p);
        pace_note(&p, how, seconds[how]);
        printf("%d\n", how);
    }
    return 0;
}
