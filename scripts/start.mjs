/** `npm start`: installs and builds what is out of date, then runs the whole platform until Ctrl-C. */
import { requireNode } from './node-version.mjs'

requireNode()
import('./launch.mjs').then(({ launch }) => launch())
