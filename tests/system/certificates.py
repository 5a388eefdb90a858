# SPDX-License-Identifier: BSD-2-Clause
"""Certificates of a test's own, by openssl(1)."""
import os
import subprocess


def make(folder, name, days=90, means="", stem=""):
    """The files of one that trusts itself and of its key; `means`: whom it is for, as "IP:127.0.0.1", else the name."""
    chain, key = (os.path.join(folder, (stem or name) + end) for end in (".pem", ".key"))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
                    "-out", chain, "-days", str(days), "-subj", "/CN=" + name, "-addext", "subjectAltName=" + (means or "DNS:" + name)],
                   check=True, capture_output=True)
    os.chmod(key, 0o600)
    return chain, key
