# hereabouts in a container. docs/guides/deploy.md tells how to build, run, stop and update it.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev
COPY . .
RUN node_modules/.bin/node web/build.ts --force

# Node comes with the packages, in the version that the tests ran with: the base needs none
FROM debian:bookworm-slim
RUN useradd --system --uid 2567 --user-group --home-dir /data hereabouts \
  && install --directory --owner hereabouts --group hereabouts --mode 700 /data
WORKDIR /app
COPY --from=build /app ./
ENV DATA_DIR=/data MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072
USER hereabouts
VOLUME /data
EXPOSE 2567/tcp 2567/udp
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["node_modules/.bin/node", "-e", \
  "fetch(`http://127.0.0.1:${process.env.PORT ?? 2567}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node_modules/.bin/node", "--max-semi-space-size=2", "server.ts"]
