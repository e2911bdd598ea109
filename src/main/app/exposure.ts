import type { Log } from '../base/log.ts'
import { unguessableLength } from '../access/logins.ts'

/** Says what it means to listen beyond this machine, and what would make it safer. */
export function warnOfExposure(
  log: Log,
  { host, usesTls, token }: { host: string; usesTls: boolean; token: string },
): void {
  const hints = [
    ...(usesTls ? [] : [' Tokens travel unencrypted: use --tls-cert and --tls-key.']),
    ...(token.length < unguessableLength
      ? [' BUSBAR_TOKEN is short enough to be guessed: leave it out, or use 20 characters or more.']
      : []),
  ].join('')
  log.warn(
    { host },
    `listening beyond this machine: whoever can reach it and has a token can run code.${hints}`,
  )
}
