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
        'Changes or creates anything: runs Python with bpy in one Blender, as one undo step. Answers with stdout, the ' +
        'value of a last expression or the traceback. Each call starts with fresh variables. It blocks the window: ' +
        'keep it short, or call report_progress(fraction, message) in it.',
      annotations: { readOnlyHint: false, destructiveHint: true },
      isDescribed: true,
    }),
    commandTool(dispatcher, {
      command: 'get_scene_info',
      ...blenderCommands.get_scene_info,
      description:
        'Start here. Reads the open scene: frame range, units, render engine, camera, number of objects and the first ' +
        '50, materials, file, unsaved changes.',
      annotations: reads,
    }),
    commandTool(dispatcher, {
      command: 'list_objects',
      ...blenderCommands.list_objects,
      description: 'Lists the objects of the scene with type and location, a page at a time.',
      annotations: reads,
    }),
    commandTool(dispatcher, {
      command: 'get_object_info',
      ...blenderCommands.get_object_info,
      description:
        'Reads one object: transform (degrees), bounds in the world, mesh statistics, materials, modifiers, ' +
        'constraints, parent and children.',
      annotations: reads,
    }),
    commandTool(dispatcher, {
      command: 'browse_data',
      ...blenderCommands.browse_data,
      description:
        'Looks through bpy.data, a page at a time: all collections and their sizes; the items of one collection ' +
        '("materials"); the properties of one item.',
      annotations: reads,
    }),
    commandTool(dispatcher, {
      command: 'get_viewport_screenshot',
      ...blenderCommands.get_viewport_screenshot,
      description:
        'Shows the 3D view as the artist has it; without a window, a small preview render. Look after a change.',
      annotations: reads,
    }),
    commandTool(dispatcher, {
      command: 'render_image',
      ...blenderCommands.render_image,
      description:
        "Renders one still with the scene's camera and settings, which stay. It blocks that Blender: try a small size and " +
        'few samples first. A picture too large for an answer comes as JPEG or smaller, and says so.',
      annotations: reads,
    }),
    commandTool(dispatcher, {
      command: 'open_file',
      ...blenderCommands.open_file,
      description:
        'Opens a .blend file. With unsaved changes only if discard_changes is true: ask the person first.',
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
    }),
    commandTool(dispatcher, {
      command: 'save_file',
      ...blenderCommands.save_file,
      description: 'Saves the open file. One that exists, itself too, is replaced with overwrite: true.',
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
    }),
    commandTool(dispatcher, {
      command: 'undo',
      ...blenderCommands.undo,
      description:
        'Takes back the newest steps, as Ctrl+Z does, in a Blender with a window. Each blender_execute_code is one step, ' +
        'and so is each thing that the artist did: look first.',
      annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: false },
    }),
    commandTool(dispatcher, {
      command: 'ping',
      ...blenderCommands.ping,
      description: 'Shows that a Blender takes jobs now.',
      annotations: reads,
    }),
  ]
}
