import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { settingOptions, settingsIn } from '../../../../src/main/config/setting-options.ts'

const parse = (...args: string[]) => {
  const command = new Command('serve').exitOverride().configureOutput({ writeErr: () => undefined })
  for (const option of settingOptions()) command.addOption(option)
  command.parse(args, { from: 'user' })
  return settingsIn(command.opts())
}

describe('the options of the settings', () => {
  it('set nothing that was not given', () => {
    expect(parse()).toStrictEqual({})
  })

  it('read numbers and flags', () => {
    expect(
      parse(
        '--session-idle-seconds',
        '2.5',
        '--max-clients',
        '7',
        '--history-days',
        '3',
        '--no-history-payloads',
      ),
    ).toStrictEqual({ session_idle_seconds: 2.5, max_clients: 7, history_days: 3, history_payloads: false })
    expect(parse('--history-payloads')).toStrictEqual({ history_payloads: true })
  })

  it('refuse what makes no sense, and name it', () => {
    expect(() => parse('--max-clients', '1.5')).toThrow(
      "option '--max-clients <number>' argument '1.5' is invalid. It takes a whole number from 1 to 2000000.",
    )
  })
})
