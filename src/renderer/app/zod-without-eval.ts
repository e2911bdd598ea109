/**
 * Imported before any schema is built: zod otherwise probes for `new Function`, which the panel's content
 * security policy refuses and the console reports.
 */
import { config } from 'zod'

config({ jitless: true })
