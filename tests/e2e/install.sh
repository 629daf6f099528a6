#!/usr/bin/env bash
# Installs the real clients into DIR: install.sh DIR
set -euo pipefail
mkdir -p "$1"
cd "$1"
[ -f package.json ] || npm init -y >/dev/null
npm install --no-audit --no-fund --silent node@22 opencode-ai@1.18.33 @anthropic-ai/claude-code@2.1.197 \
    @openai/codex@0.169.0 @google/gemini-cli@0.61.0 @github/copilot@1.0.102 \
    @modelcontextprotocol/inspector@0.15.0 \
    mcp-conformance@npm:@modelcontextprotocol/conformance@0.2.0-alpha.12
