import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One HTTP request to Busbar, as the program sent it. */
export interface TappedRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** The JSON of the body; null without one. */
  readonly body: unknown
  /** Null until Busbar has answered. */
  status: number | null
  /** The program closed the connection before the answer was whole. */
  brokenOff: boolean
}

/** A reverse proxy before Busbar that writes down what a program sends. It changes nothing but the `Host` header. */
export interface WireTap {
  readonly url: string
  readonly requests: readonly TappedRequest[]
  close(): Promise<void>
}

export async function createWireTap(busbarUrl: string): Promise<WireTap> {
  const target = new URL(busbarUrl)
  const requests: TappedRequest[] = []
  const server = createServer((incoming, response) => {
    void (async () => {
      let body = ''
      for await (const chunk of incoming.setEncoding('utf8')) body += String(chunk)
      const tapped: TappedRequest = {
        method: incoming.method ?? '',
        headers: incoming.headers,
        body: body === '' ? null : (JSON.parse(body) as unknown),
        status: null,
        brokenOff: false,
      }
      requests.push(tapped)
      const passed = request({
        host: target.hostname,
        port: target.port,
        path: incoming.url,
        method: incoming.method,
        headers: { ...incoming.headers, host: target.host },
      })
      response.on('close', () => {
        tapped.brokenOff = !response.writableFinished
        passed.destroy()
      })
      passed.on('error', () => response.destroy())
      passed.on('response', (answer) => {
        tapped.status = answer.statusCode ?? 0
        response.writeHead(tapped.status, answer.headers)
        response.flushHeaders()
        answer.pipe(response)
        answer.on('error', () => response.destroy())
      })
      passed.end(body)
    })()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}${target.pathname}`,
    requests,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
