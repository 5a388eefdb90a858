/* fuzz - what every fuzz target includes: the one function that it defines */
#ifndef LAZARET_TESTS_FUZZ_H
#define LAZARET_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif
