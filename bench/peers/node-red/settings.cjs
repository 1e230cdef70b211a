/** Node-RED without editor logins, projects or context storage: the leanest set-up its users run headless. */
module.exports = {
  uiHost: '127.0.0.1',
  uiPort: Number(process.env.PEER_NODE_RED_PORT),
  flowFile: 'flows.json',
  flowFilePretty: true,
  credentialSecret: false,
  telemetry: { enabled: false },
  diagnostics: { enabled: false },
  logging: { console: { level: 'warn', metrics: false, audit: false } },
  functionExternalModules: false,
  editorTheme: { tours: false },
}
