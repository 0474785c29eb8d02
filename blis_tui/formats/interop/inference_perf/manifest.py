"""A Kubernetes manifest: an inference-perf config in a ConfigMap, and the Job that runs it.

It is what inference-perf's own `deploy/manifests.yaml` needs, with that Job and the names that it looks for.
"""

from __future__ import annotations

CONFIG_MAP, KEY = "inference-perf-config", "config.yml"
_HEAD = f"""\
# Written by blis-tui: kubectl apply -f FILE
apiVersion: v1
kind: ConfigMap
metadata:
  name: {CONFIG_MAP}
  labels:
    app: inference-perf
data:
  {KEY}: |
"""
_JOB = f"""\
---
apiVersion: batch/v1
kind: Job
metadata:
  name: inference-perf
  labels:
    app: inference-perf
spec:
  backoffLimit: 0
  template:
    metadata:
      labels:
        app: inference-perf
    spec:
      restartPolicy: Never
      containers:
        - name: inference-perf
          image: quay.io/inference-perf/inference-perf:latest
          imagePullPolicy: Always
          command: ["inference-perf"]
          args: ["--config_file", "/etc/config/{KEY}"]
          env:
            - name: HF_TOKEN
              valueFrom:
                secretKeyRef:
                  name: hf-secret
                  key: hf_api_token
                  optional: true
          volumeMounts:
            - name: config-volume
              mountPath: /etc/config
              readOnly: true
      volumes:
        - name: config-volume
          configMap:
            name: {CONFIG_MAP}
"""


def manifest(config: str) -> str:
    """Write the manifest of a config; the Job does not run it a second time if it fails, which would be another load."""
    lines = "".join(f"    {line}\n" if line else "\n" for line in config.removesuffix("\n").split("\n"))
    return f"{_HEAD}{lines}{_JOB}"
