import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { readServerOptions, serverOptions } from '../../../../src/main/config/server-options.ts'

const read = (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
  const command = new Command('serve').exitOverride().configureOutput({ writeErr: () => undefined })
  for (const option of serverOptions()) command.addOption(option)
  return readServerOptions(command.parse(args, { from: 'user' }).opts(), env)
}

const nothing = {
  dataDir: undefined,
  host: undefined,
  port: undefined,
  tls: undefined,
  allowHosts: [],
  allowOrigins: [],
  approvals: undefined,
  settings: {},
}

describe('the options of a server', () => {
  it('ask for nothing where none is given', () => {
    expect(read([])).toStrictEqual(nothing)
  })

  it('ask for what is given, settings with it', () => {
    const args =
      '--host ::1 --port 0 --data-dir d --tls-cert c.pem --tls-key k.pem --allow-host a b:1 --allow-origin https://o ' +
      '--approvals ask --max-clients 7'
    expect(read(args.split(' '))).toStrictEqual({
      dataDir: 'd',
      host: '::1',
      port: 0,
      tls: { certFile: 'c.pem', keyFile: 'k.pem' },
      allowHosts: ['a', 'b:1'],
      allowOrigins: ['https://o'],
      approvals: 'ask',
      settings: { max_clients: 7 },
    })
  })

  it('go before BUSBAR_PORT', () => {
    expect(read([], { BUSBAR_PORT: '81' })).toStrictEqual({ ...nothing, port: 81 })
    expect(read(['--port', '82'], { BUSBAR_PORT: '81' })).toStrictEqual({ ...nothing, port: 82 })
  })

  it.each([
    [
      ['--port', '65536'],
      "option '--port <number>' argument '65536' is invalid. A port is a number from 0 to 65535.",
    ],
    [['--tls-cert', 'c.pem'], '--tls-cert and --tls-key go together.'],
    [['--tls-key', 'k.pem'], '--tls-cert and --tls-key go together.'],
    [
      ['--approvals', 'maybe'],
      "option '--approvals <mode>' argument 'maybe' is invalid. Allowed choices are ask, allow.",
    ],
  ])('refuse %j', (args, why) => {
    expect(() => read(args)).toThrow(why)
  })
})
