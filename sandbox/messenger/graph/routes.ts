// The edges of the pretend Graph API, as a table. What each does stands in its own file; the way in is call.ts.

import type { Emulator } from "../emulator.ts"
import type { Handler } from "./call.ts"
import { takeCall } from "./call.ts"
import { readNode } from "./node.ts"
import { readProfile, removeProfile, writeProfile } from "./profile.ts"
import { readPersonMenu, removePersonMenu, writePersonMenu } from "./person-menu.ts"
import { sendMessage } from "./sending.ts"
import { readSubscription, subscribe, unsubscribe } from "./subscription.ts"
import { createTemplate, listTemplates, removeTemplates } from "./templates.ts"
import { unlinkAccount } from "./unlinking.ts"

const HANDLERS: Readonly<Record<string, Handler>> = {
  "GET ": readNode,
  "POST messages": sendMessage,
  "POST message_templates": createTemplate,
  "GET message_templates": listTemplates,
  "DELETE message_templates": removeTemplates,
  "POST messenger_profile": writeProfile,
  "GET messenger_profile": readProfile,
  "DELETE messenger_profile": removeProfile,
  "POST custom_user_settings": writePersonMenu,
  "GET custom_user_settings": readPersonMenu,
  "DELETE custom_user_settings": removePersonMenu,
  "POST subscribed_apps": subscribe,
  "GET subscribed_apps": readSubscription,
  "DELETE subscribed_apps": unsubscribe,
  "POST unlink_accounts": unlinkAccount,
}

/** Answer a request under /graph. */
export function answerGraph(emulator: Emulator, request: Request): Promise<Response> {
  return takeCall(emulator, request, (method, edge) => HANDLERS[`${method} ${edge}`])
}
