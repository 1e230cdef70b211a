/**
 * Preloaded into every service: when the launcher is gone, however it died, the service stops as on SIGTERM instead
 * of holding its ports and the data directory for ever.
 */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
process.channel?.unref()
