import { blenderCommands } from '../../../shared/blender-commands.ts'
import type { Dispatcher } from '../dispatch/dispatch.ts'
import type { Tool } from '../calls/tool.ts'
import { commandTool } from './blender-command.ts'

const reads = { readOnlyHint: true, openWorldHint: false } as const

/** The tools that run a command in a Blender and answer with its outcome. */
export function blenderCommandTools(dispatcher: Dispatcher): Tool[] {
  return [
    commandTool(dispatcher, {
      command: 'execute_code',
      ...blenderCommands.execute_code,
      description:
        'Runs Python in one Blender, on its main thread, with bpy at hand, as one undo step. Answers with stdout, the ' +
        'value of a last expression and, if it raises, the traceback. Each call starts with fresh variables. A script ' +
        "that runs can't be stopped and blocks the window: keep it short, or call report_progress(fraction, message) " +
        'in it. To change or create anything, use this tool.',
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
    }),
    commandTool(dispatcher, {
      command: 'get_scene_info',
      ...blenderCommands.get_scene_info,
      description:
        'Reads the open scene of one Blender: name, frame range, units, render engine, camera, number of objects and ' +
        'the first 50 of them, materials, file and whether it has unsaved changes. Start here. Changes nothing.',
      annotations: reads,
    }),
    commandTool(dispatcher, {
      command: 'list_objects',
      ...blenderCommands.list_objects,
      description:
        'Lists the objects of the scene with type and location, a page at a time. Changes nothing.',
      annotations: reads,
    }),
    commandTool(dispatcher, {
      command: 'get_object_info',
      ...blenderCommands.get_object_info,
      description:
        'Reads one object of the scene: transform (angles in degrees), bounds in the world, mesh statistics with and ' +
        'without modifiers, materials, modifiers, constraints, parent and children. Changes nothing.',
      annotations: reads,
    }),
    commandTool(dispatcher, {
      command: 'browse_data',
      ...blenderCommands.browse_data,
      description:
        'Looks through bpy.data, a page at a time. With no collection: all collections and their sizes. With one ' +
        '("materials", "images", "node_groups", …): its items. With item_name too: the properties of that item. ' +
        'Changes nothing.',
      annotations: reads,
    }),
    commandTool(dispatcher, {
      command: 'get_viewport_screenshot',
      ...blenderCommands.get_viewport_screenshot,
      description:
        'Answers with a picture of the 3D view as the artist has it. It works while the window is hidden. A Blender ' +
        'without a window answers with a small preview render. Look at it after a change. Changes nothing.',
      annotations: reads,
    }),
    commandTool(dispatcher, {
      command: 'render_image',
      ...blenderCommands.render_image,
      description:
        "Renders one still with the scene's camera and answers with the picture; the scene's settings stay as they " +
        'are. Rendering blocks that Blender: try a small size and few samples first, and raise timeout_seconds for ' +
        'more. A picture too large for an answer comes as JPEG or scaled down, and says so.',
      annotations: reads,
    }),
    commandTool(dispatcher, {
      command: 'open_file',
      ...blenderCommands.open_file,
      description:
        'Opens a .blend file in one Blender. Refuses if the open file has unsaved changes, unless discard_changes ' +
        'is true: ask the person first.',
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
    }),
    commandTool(dispatcher, {
      command: 'save_file',
      ...blenderCommands.save_file,
      description:
        'Saves the open file. A file that exists, the open one too, is only replaced with overwrite: true.',
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
    }),
    commandTool(dispatcher, {
      command: 'undo',
      ...blenderCommands.undo,
      description:
        'Takes back the newest steps of a Blender with a window, as Ctrl+Z does. Each blender_execute_code is one ' +
        'step; so is each thing the artist did, so look before you undo more than your own last step.',
      annotations: {
        readOnlyHint: false,
        destructiveHint: true,
        idempotentHint: false,
        openWorldHint: false,
      },
    }),
    commandTool(dispatcher, {
      command: 'ping',
      ...blenderCommands.ping,
      description: 'Shows that a Blender takes jobs now: it answers when its main thread is free.',
      annotations: reads,
    }),
  ]
}
