import { describe, expect, it } from 'vitest'
import { startCommand } from '../../../scripts/start-arguments.ts'

function said(...args: string[]): string {
  let text = ''
  const command = startCommand()
    .exitOverride()
    .configureOutput({ writeErr: (part) => (text += part) })
  try {
    command.parse(args, { from: 'user' })
  } catch {
    // What is thrown in place of ending the process says the same.
  }
  return text
}
const hint = '(options: npm start -- --help; for a panel in a browser: npm run serve -- --help)\n'

describe('npm start', () => {
  it('takes the options of a server', () => {
    expect(said('--data-dir', 'd', '--port', '0', '--max-clients', '7', '--approvals', 'ask')).toBe('')
  })

  it.each([
    [['--no-panel'], `error: unknown option '--no-panel' ${hint}`],
    [
      ['--port', 'x'],
      `error: option '--port <number>' argument 'x' is invalid. A port is a number from 0 to 65535. ${hint}`,
    ],
    [['serve'], `error: too many arguments. Expected 0 arguments but got 1: serve. ${hint}`],
  ])('refuses %j and says what to run instead', (args, line) => {
    expect(said(...args)).toBe(line)
  })
})
