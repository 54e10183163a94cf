# syntax=docker/dockerfile:1
# llama-server's API for machines without a GPU: Chromium computes with SwiftShader, its own software Vulkan.
# docs/guides/docker.md explains the use, and says what of this file has been run.
#
#   npm pack && docker build --build-arg FORETOKEN=./foretoken-0.1.0.tgz -t foretoken .
#   docker run --rm -p 8080:8080 foretoken -hf ORG/NAME

FROM debian:trixie-slim AS package
# A version on the npm registry, or a tarball in this folder.
ARG FORETOKEN=foretoken@latest
# No version is pinned, here and below: Debian replaces packages by their security updates, and a pinned one would soon be gone.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates nodejs npm
WORKDIR /context
RUN --mount=type=bind,target=/context \
  npm install --global --omit=dev --omit=peer --no-audit --no-fund --prefix /opt/foretoken "$FORETOKEN"

FROM debian:trixie-slim
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates chromium nodejs tini \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --system --create-home --uid 10001 foretoken \
  && install -d -o foretoken -g foretoken /models
COPY --from=package /opt/foretoken /opt/foretoken
# Models are kept in /models: mount a volume there, and they are downloaded once.
ENV PATH=/opt/foretoken/bin:$PATH \
  FORETOKEN_CHROMIUM=/usr/bin/chromium \
  HF_HOME=/models \
  LLAMA_ARG_HOST=0.0.0.0 \
  LLAMA_ARG_PORT=8080
USER foretoken
WORKDIR /home/foretoken
EXPOSE 8080
HEALTHCHECK --start-period=10m --interval=10s --timeout=5s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.LLAMA_ARG_PORT}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# tini reaps what a browser leaves. Chromium's sandbox needs rights that containers do not have; the container is the sandbox. Docker
# waits 10 s after SIGTERM.
ENTRYPOINT ["tini", "--", "foretoken", "serve", "--browser-arg", "--no-sandbox", "--drain-seconds", "9"]
CMD ["--help"]
