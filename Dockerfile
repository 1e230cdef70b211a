# One image build, three small targets: broker, backend (with the web app), simulators.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY core/package.json core/
COPY journal/package.json journal/
COPY broker/package.json broker/
COPY backend/package.json backend/
COPY frontend/package.json frontend/
COPY simulators/package.json simulators/
COPY e2e/package.json e2e/
COPY bench/package.json bench/
RUN npm ci --include=dev
COPY . .
RUN npx tsc -b core journal broker backend simulators && npm run build --workspace frontend
# What remains is what runs: no compiler, no test runner, no sources.
RUN npm prune --omit=dev && rm -rf */src */tsconfig*.json */*.tsbuildinfo

FROM node:24-bookworm-slim AS runtime
ENV NODE_ENV=production OSPREY_DATA_DIR=/data OSPREY_HOST=0.0.0.0
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/core core
COPY --from=build /app/journal journal
# Broker, backend and simulators share the data volume: one user id for all of them.
RUN groupadd --gid 10001 osprey && useradd --uid 10001 --gid osprey --no-create-home --shell /usr/sbin/nologin osprey \
  && mkdir /data && chown osprey:osprey /data && chmod 0700 /data
VOLUME /data
USER osprey
STOPSIGNAL SIGTERM

FROM runtime AS broker
COPY --from=build /app/broker broker
EXPOSE 1883 8083
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.OSPREY_BROKER_METRICS_PORT ?? 9883}/health`).then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "--max-semi-space-size=32", "broker/dist/main.js"]

FROM runtime AS backend
COPY --from=build /app/backend backend
COPY --from=build /app/frontend/dist frontend/dist
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; fetch(`${process.env.OSPREY_TLS_CERT ? 'https' : 'http'}://127.0.0.1:${process.env.OSPREY_HTTP_PORT ?? 8080}/api/health/ready`).then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "--max-semi-space-size=32", "backend/dist/main.js"]

FROM runtime AS simulators
COPY --from=build /app/simulators simulators
CMD ["node", "--enable-source-maps", "simulators/dist/simulate.js"]
