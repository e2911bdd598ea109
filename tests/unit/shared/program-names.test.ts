import { expect, it } from 'vitest'
import { programTitle } from '../../../src/shared/program-names.ts'

// What each program sends is recorded by tests/programs/arrival.test.ts.
it.each([
  [{ name: 'claude-code', title: 'Claude Code' }, 'Claude Code'],
  [{ name: 'codex-mcp-client', title: 'Codex' }, 'Codex'],
  [{ name: 'gemini-cli-mcp-client' }, 'Gemini CLI'],
  [{ name: 'opencode' }, 'OpenCode'],
  [{ name: 'my-agent', title: 'My agent' }, 'My agent'],
  [{ name: 'my-agent', title: '' }, 'my-agent'],
  [{ name: 'my-agent' }, 'my-agent'],
  [{ name: 'constructor' }, 'constructor'],
])('%j is shown as %s', (program, title) => {
  expect(programTitle(program)).toBe(title)
})
