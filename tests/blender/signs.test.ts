/** What the artist sees of programs, and says to them, in a Blender with a window whose sidebar is closed. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Llm } from './rig/llm.ts'
import { until } from './rig/process.ts'
import { createRig, type Blender, type Rig, type Server } from './rig/rig.ts'

let rig: Rig
let server: Server
let blender: Blender
let llm: Llm
beforeAll(async () => {
  rig = await createRig()
  server = await rig.serve()
  blender = await rig.blender({ label: 'artist', server, window: true })
  llm = await rig.llm(server)
  await llm.run(recordsDraws(rig.path('drawn')))
})
afterAll(() => rig.close())

/** Keeps in a file what was drawn last: the items of the status bar, and the text over an editor. */
const recordsDraws = (path: string): string => `
import blf, json
drawn = bpy.app.driver_namespace["drawn"] = {"bar": "", "over": ""}
def note(**what):
    drawn.update(what)
    with open(${JSON.stringify(path)}, "w") as file: json.dump(drawn, file)
bpy.types.STATUSBAR_HT_header.append(lambda header, context: note(bar=str(header.layout.introspect())))
draw = blf.draw
def draw_text(font, text):
    note(over=text)
    draw(font, text)
blf.draw = draw_text`

const drawn = (): { bar: string; over: string } => {
  const path = rig.path('drawn')
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as { bar: string; over: string }
  } catch {
    return { bar: '', over: '' } // Not there yet, or caught half-written.
  }
}
const isPaused = async () => {
  const [record] = await llm.blenders()
  return (record?.capabilities as string[]).includes('paused')
}

describe('a Blender with a window', () => {
  it('shows who works and at what before a script starts, and no longer once it has ended', async () => {
    const bar = 'bpy.app.driver_namespace["drawn"]["bar"]'
    const code = `before = ${bar}\nreport_progress(0.3)\nreport_progress(1.0)\nbefore`
    expect(await llm.run(code, { description: 'Count the\nlamps' })).toMatch(
      /model-of-a-test is working: Count the lamps/,
    )
    await until(() => drawn().bar !== '' && !drawn().bar.includes('is working'), 'a status bar without it')
  })

  it('refuses jobs while its artist has paused it, lets go on what runs, and takes jobs again', async () => {
    const again = rig.path('again')
    // What is clicked runs in a timer: at that moment no script is at work.
    const code = `
import os
def take_again():
    if not os.path.exists(${JSON.stringify(again)}): return 0.1
    bpy.ops.busbar.pause()
bpy.app.timers.register(take_again)
bpy.ops.busbar.pause()
report_progress(0.5)
"went on"`
    expect(await llm.run(code)).toBe("'went on'")
    await until(isPaused, 'the capability')
    expect((await llm.call('get_scene_info')).outcome).toMatchObject({
      status: 'failed',
      error: 'paused: "artist" takes no jobs now. Its artist paused it: ask them, or choose another Blender.',
    })
    const payload = { message_type: 'job_dispatch', job_id: 'while-paused', script: '1' }
    const sent = await llm.client.callTool({
      name: 'blender_send_message',
      arguments: { target_uuid: blender.uuid, payload },
    })
    expect(sent.structuredContent).toMatchObject({ status: 'ok' })
    await until(async () => (await llm.job('while-paused')).status === 'failed', 'the refusal')
    expect(await llm.job('while-paused')).toMatchObject({
      status: 'failed',
      error: 'paused: the artist at artist',
    })
    writeFileSync(again, '')
    await until(async () => !(await isPaused()), 'a Blender that takes jobs')
    expect(await llm.run('6 * 7')).toBe('42')
  })

  it('says over its editors and in the status bar that it was taken off, and what to do', async () => {
    expect(existsSync(rig.path('drawn'))).toBe(true)
    const answer = await llm.client.callTool({
      name: 'blender_unregister_client',
      arguments: { client_uuid: blender.uuid },
    })
    expect(answer.structuredContent).toStrictEqual({ status: 'ok', client_uuid: blender.uuid })
    const text = await until(() => drawn().over || false, 'the message', blender.process.output)
    expect(text).toMatch(
      /^Busbar: You were unregistered by .+\. To come back, press Connect in the Busbar tab \(N in the 3D view\)\. While it is blocked, ask who runs Busbar\.$/,
    )
    await until(
      () => drawn().bar.includes(text),
      'the same in the status bar',
      () => drawn().bar,
    )
  })
})
