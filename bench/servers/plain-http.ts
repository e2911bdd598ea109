/**
 * The yardstick: what Node's own `http` does with the same bytes and no protocol. GET opens an event stream,
 * POST /send writes its body to every stream, POST /call parses its body and answers with a small object.
 */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serveMeasured } from './server-process.ts'

const streams = new Set<ServerResponse>()
const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
    streams.add(response)
    response.on('close', () => streams.delete(response))
    return
  }
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (chunk: string) => (body += chunk))
  request.on('end', () => {
    if (request.url === '/send') {
      const frame = `event: message\ndata: ${body}\n\n`
      for (const stream of streams) stream.write(frame)
    }
    const { id } = JSON.parse(body) as { id?: number }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result: { targets: streams.size } }))
  })
})
server.listen(0, '127.0.0.1', () => {
  serveMeasured({ port: (server.address() as AddressInfo).port, authorization: null })
})
