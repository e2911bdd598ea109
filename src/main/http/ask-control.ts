import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { ControlAction } from './control.ts'

/** Longest wait for the server's answer, in milliseconds. */
const limitMs = 5000

/** The server could not be asked. `message` is a sentence for a person. */
export class ControlError extends Error {}

/**
 * Asks a running server for one of its control actions. For a server that has proved itself at this address: it is sent
 * the panel key.
 *
 * @param url the server's MCP address
 * @returns the parsed answer
 * @throws ControlError where it does not answer, or refuses
 */
export async function askControl(
  { url, panelKey }: { readonly url: string; readonly panelKey: string },
  action: ControlAction,
): Promise<unknown> {
  const { status, text } = await post(new URL(`/control/${action}`, url), panelKey)
  if (status !== 200) throw new ControlError(`The server refused (HTTP ${String(status)}): ${text.trim()}`)
  return JSON.parse(text)
}

function post(address: URL, key: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const options = {
      method: 'POST',
      agent: false,
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(limitMs),
    }
    // The certificate need not be one that this machine trusts: the server has proved itself at this very address.
    const asked =
      address.protocol === 'https:'
        ? requestHttps(address, { ...options, rejectUnauthorized: false })
        : requestHttp(address, options)
    asked.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    asked.on('error', (error) => reject(new ControlError(`The server did not answer: ${error.message}`)))
    asked.end()
  })
}
