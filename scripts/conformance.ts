/**
 * `npm run conformance`: the official MCP suite against this project's own endpoint and catalogue. Prints what
 * the suite prints, then one summary; exits with 1 on any failed check, warning or scenario that did not run.
 */
import { runSuite } from '../tests/conformance/run-suite.ts'

const result = await runSuite((text) => process.stdout.write(text))
const sum = (key: 'passed' | 'failed' | 'warnings'): number =>
  result.scenarios.reduce((total, scenario) => total + scenario[key], 0)
const idle = result.scenarios.filter((scenario) => scenario.passed === 0)

console.log(
  `\nConformance: ${result.scenarios.length} scenarios, ${sum('passed')} checks passed, ` +
    `${sum('failed')} failed, ${sum('warnings')} warnings`,
)
for (const scenario of idle) console.log(`No check of ${scenario.name} passed`)
const ok =
  result.exitCode === 0 && sum('failed') === 0 && sum('warnings') === 0 && result.scenarios.length > 0
process.exit(ok && idle.length === 0 ? 0 : 1)
