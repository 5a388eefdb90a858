/* SPDX-License-Identifier: BSD-2-Clause */
/* embed - writes a file as a C array; runs while building: embed NAME INPUT OUTPUT */
#include <stdio.h>

int
main(int argc, char **argv)
{
	FILE *in = argc == 4 ? fopen(argv[2], "rb") : NULL;
	FILE *out = in ? fopen(argv[3], "wb") : NULL;
	unsigned count = 0;
	int c;

	if (in == NULL || out == NULL) {
		fprintf(stderr, "usage: embed NAME INPUT OUTPUT\n");
		return 1;
	}
	fprintf(out, "extern const unsigned char %s[];\nextern const unsigned int %s_length;\n",
		argv[1], argv[1]);
	fprintf(out, "const unsigned char %s[] = {", argv[1]);
	while ((c = fgetc(in)) != EOF)
		fprintf(out, "%s%d,", count++ % 20 ? "" : "\n", c);
	fprintf(out, "\n0};\nconst unsigned int %s_length = %u;\n", argv[1], count);
	return fclose(out) == 0 && fclose(in) == 0 ? 0 : 1;
}
