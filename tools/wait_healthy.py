"""Waits until a URL answers 200. Fails when the process that should serve it has ended, or after 300 seconds.

Usage: wait_healthy.py URL PID
"""

import os
import sys
import time
import urllib.request

url, pid = sys.argv[1], int(sys.argv[2])
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
deadline = time.monotonic() + 300
while time.monotonic() < deadline:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        sys.exit(f"process {pid} ended before {url} answered")
    try:
        with direct.open(url, timeout=5):
            sys.exit(0)
    except OSError:
        time.sleep(0.1)
sys.exit(f"{url} did not answer within 300 seconds")
