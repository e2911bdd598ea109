import { expect, test } from 'vitest'
import { runSuite } from '../conformance/run-suite.ts'

/** The checks that the suite's version 0.1.16 makes, scenario by scenario: one that stops running is seen too. */
const expected = {
  'completion-complete': 1,
  'dns-rebinding-protection': 2,
  'elicitation-sep1034-defaults': 5,
  'elicitation-sep1330-enums': 5,
  'json-schema-2020-12': 4,
  'logging-set-level': 1,
  ping: 1,
  'prompts-get-embedded-resource': 1,
  'prompts-get-simple': 1,
  'prompts-get-with-args': 1,
  'prompts-get-with-image': 1,
  'prompts-list': 1,
  'resources-list': 1,
  'resources-read-binary': 1,
  'resources-read-text': 1,
  'resources-subscribe': 1,
  'resources-templates-read': 1,
  'resources-unsubscribe': 1,
  'server-initialize': 1,
  'server-sse-multiple-streams': 1,
  'server-sse-polling': 3,
  'tools-call-audio': 1,
  'tools-call-elicitation': 1,
  'tools-call-embedded-resource': 1,
  'tools-call-error': 1,
  'tools-call-image': 1,
  'tools-call-mixed-content': 1,
  'tools-call-sampling': 1,
  'tools-call-simple-text': 1,
  'tools-call-with-logging': 1,
  'tools-call-with-progress': 1,
  'tools-list': 1,
}

test(
  'the official conformance suite passes without a failure or a warning',
  { timeout: 200_000 },
  async () => {
    const { scenarios, exitCode, output } = await runSuite()
    expect(
      scenarios.filter(({ failed, warnings }) => failed > 0 || warnings > 0),
      output,
    ).toEqual([])
    expect(Object.fromEntries(scenarios.map(({ name, passed }) => [name, passed]))).toEqual(expected)
    expect(output).toContain('Total: 46 passed, 0 failed')
    expect(exitCode).toBe(0)
  },
)
