/** `npm test`: installs and builds what is out of date, lints, runs every suite, and prints one closing line. */
import { requireNode } from './node-version.mjs'

requireNode()
import('./run-tests.mjs').then(({ runTests }) => runTests(process.argv.slice(2)))
