# SPDX-License-Identifier: BSD-2-Clause
"""A strict reader of OpenMetrics 1.0 text: every rule that is broken is a sentence in what check() returns."""
import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r"[a-zA-Z_][a-zA-Z0-9_]*"
SAMPLE = re.compile(rf'^({NAME})(?:\{{((?:{LABEL}="(?:[^"\\\n]|\\["\\n])*"(?:,(?!\}})|(?=\}})))*)\}})? (\S+)(?: (\S+))?$')
NUMBER = re.compile(r"^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$|^NaN$|^[+-]Inf$")
META = re.compile(rf"^# (TYPE|UNIT|HELP) ({NAME})(?: (.*))?$")
SUFFIXES = {"counter": ("_total", "_created"), "gauge": ("",), "info": ("_info",), "unknown": ("",),
            "stateset": ("",), "summary": ("", "_count", "_sum", "_created"),
            "histogram": ("_bucket", "_count", "_sum", "_created")}


class Family:
    def __init__(self, name):
        self.name, self.meta, self.samples = name, {}, []

    @property
    def type(self):
        return self.meta.get("TYPE", "unknown")


def labels_of(text):
    return tuple(re.findall(rf'({LABEL})="((?:[^"\\]|\\.)*)"', text or ""))


class Reader:
    def __init__(self, text):
        self.errors, self.families, self.current = [], {}, None
        self.read(text)

    def wrong(self, line, what):
        self.errors.append(f"{what}: {line!r}")

    def begin(self, line, name):
        if name in self.families:
            self.wrong(line, "the lines of a family do not stand together")
        for other in self.families.values():
            mine, its = {name + end for end in SUFFIXES["unknown"]}, {other.name + end for end in SUFFIXES[other.type]}
            if mine & its:
                self.wrong(line, f"the name clashes with family {other.name}")
        self.current = self.families.setdefault(name, Family(name))

    def meta(self, line):
        match = META.match(line)
        if not match:
            return self.wrong(line, "a comment that is neither TYPE, UNIT, HELP nor EOF")
        kind, name, rest = match.groups()
        if self.current is None or self.current.name != name:
            self.begin(line, name)
        family = self.current
        if family.samples:
            self.wrong(line, "metadata behind a sample")
        if kind in family.meta:
            self.wrong(line, f"{kind} twice")
        family.meta[kind] = rest or ""
        if kind == "TYPE" and rest not in SUFFIXES:
            self.wrong(line, "no such type")
            family.meta[kind] = "unknown"
        if kind == "UNIT" and rest and not name.endswith("_" + rest):
            self.wrong(line, "the unit is not the end of the name")
        if kind == "HELP" and re.search(r"(?<!\\)(?:\\\\)*\\[^\\n\"]", rest or ""):
            self.wrong(line, "an escape that is none")

    def sample(self, line):
        match = SAMPLE.match(line)
        if not match:
            return self.wrong(line, "not a sample")
        name, labels, value, time = match.group(1), labels_of(match.group(2)), match.group(3), match.group(4)
        family = self.current
        if family is None or name not in {family.name + end for end in SUFFIXES[family.type]}:
            return self.wrong(line, "a sample that is of no family, or has the wrong suffix")
        if len({key for key, _ in labels}) != len(labels):
            self.wrong(line, "a label twice")
        if not NUMBER.match(value):
            self.wrong(line, "the value is no number")
        elif family.type == "counter" and not float(value) >= 0:
            self.wrong(line, "a counter below 0 or NaN")
        elif family.type == "info" and float(value) != 1:
            self.wrong(line, "an info that is not 1")
        key = (name, tuple(sorted(labels)))
        times = [t for k, _, t in family.samples if k == key]
        if times and (time is None or times[-1] is None or float(time) <= float(times[-1])):
            self.wrong(line, "the same sample twice, or its time goes back")
        family.samples.append((key, value, time))

    def read(self, text):
        if not text.endswith("# EOF\n"):
            self.wrong(text[-40:], "the end is not # EOF")
        if "\r" in text:
            self.wrong("", "a carriage return")
        lines = text.split("\n")[:-1]
        for number, line in enumerate(lines):
            if line == "# EOF":
                if number != len(lines) - 1:
                    self.wrong(line, "# EOF is not the end")
            elif line == "":
                self.wrong(line, "an empty line")
            elif line.startswith("#"):
                self.meta(line)
            else:
                self.sample(line)


def check(text):
    return Reader(text).errors


def check_two(before, after):
    """Both are sound, and no counter went back between them."""
    first, second = Reader(before), Reader(after)
    errors = first.errors + second.errors
    for name, family in first.families.items():
        now = {key: value for key, value, _ in second.families[name].samples} if name in second.families else {}
        for key, value, _ in family.samples if family.type == "counter" else []:
            if key in now and float(now[key]) < float(value):
                errors.append(f"{key} went back from {value} to {now[key]}")
    return errors


# What must be found, so that the checker can be believed.
BROKEN = {
    "no end": "# TYPE a gauge\na 1\n",
    "text behind the end": "# EOF\na 1\n# EOF\n",
    "counter without _total": "# TYPE a counter\na 1\n# EOF\n",
    "interleaved families": "# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# TYPE a gauge\na{x=\"1\"} 1\n# EOF\n",
    "the same sample twice": "# TYPE a gauge\na 1\na 1\n# EOF\n",
    "time back": "# TYPE a gauge\na 1 5\na 1 4\n# EOF\n",
    "bad escape": "# TYPE a gauge\na{x=\"\\q\"} 1\n# EOF\n",
    "unit": "# TYPE a gauge\n# UNIT a seconds\na 1\n# EOF\n",
    "metadata late": "# TYPE a gauge\na 1\n# HELP a x\n# EOF\n",
    "type": "# TYPE a number\na 1\n# EOF\n",
    "negative": "# TYPE a counter\na_total -1\n# EOF\n",
    "label twice": "# TYPE a gauge\na{x=\"1\",x=\"2\"} 1\n# EOF\n",
    "value": "# TYPE a gauge\na one\n# EOF\n",
    "empty line": "# TYPE a gauge\n\na 1\n# EOF\n",
    "comma at the end": "# TYPE a gauge\na{x=\"1\",} 1\n# EOF\n",
}


def missed():
    """Names of the broken texts that are taken for sound."""
    return [name for name, text in BROKEN.items() if not check(text)]
