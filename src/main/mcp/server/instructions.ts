/** What a model reads before its first call; under 200 words, since every session pays for it. */
export const instructions = `Busbar connects you to the Blenders that run on this person's machines. The person sees every client in a panel and can unregister any of them.

Work in small steps: blender_get_scene_info reads the open scene, blender_execute_code changes it with Python (bpy), blender_get_viewport_screenshot shows the result. blender_undo takes a step back in a Blender with a window.

Which Blender: if exactly one is live, leave target out. If several are, the error lists them: choose by label and file, ask the person when it is not clear, and keep your choice with blender_use_target. Never guess. For work that any of several can do, target "group:<id>" or "any".

Each call answers with a status. "running" and "waiting_for_approval" mean that the job goes on: ask blender_get_job for its result. "timeout" and a lost Blender do not mean that nothing happened: ask blender_get_job and look at the scene before you run anything again. If a person unregistered or blocked you, stop and tell them.

Programs that are peers on the bus themselves use blender_register_client, blender_send_message, blender_receive_messages and blender_job_update.`
