#!/usr/bin/env node
/**
 * Entry of the command line. An old Node must be able to read this file and what it imports by name: it is told in
 * one line that it is too old, instead of failing somewhere in the program.
 */
import { nodeRefusal } from './node-version.ts'

const refusal = nodeRefusal(process.versions)
if (refusal === null) {
  const { runCommandLine } = await import('./command-line.ts')
  await runCommandLine(process.argv)
} else {
  process.stderr.write(`busbar: ${refusal}\n`)
  process.exitCode = 1
}
