// The edges of the pretend Graph API, as a table. What each does stands in its own file; the way in is call.ts.

import type { Emulator } from "../emulator.ts"
import { uploadAttachment } from "./attachments.ts"
import type { AppHandler, Handler } from "./call.ts"
import { takeCall } from "./call.ts"
import {
  extendControl,
  passControl,
  readOwner,
  releaseControl,
  requestControl,
  takeControl,
} from "./control-edges.ts"
import { listConversations } from "./conversations.ts"
import { debugToken, readAppSubscription, readStatus, subscribeApp } from "./health.ts"
import { readNode } from "./node.ts"
import { createPersona, listPersonas, removePersona } from "./personas.ts"
import { readProfile, removeProfile, writeProfile } from "./profile.ts"
import { readPersonMenu, removePersonMenu, writePersonMenu } from "./person-menu.ts"
import { sendMessage } from "./sending.ts"
import { readSubscription, subscribe, unsubscribe } from "./subscription.ts"
import { createTemplate, editTemplate, listTemplates, removeTemplates } from "./templates.ts"
import { readLibrary } from "./template-library.ts"
import { unlinkAccount } from "./unlinking.ts"

/** By method and what follows the node; with nothing behind it, the node itself. */
const HANDLERS: Readonly<Record<string, Handler>> = {
  "GET ": readNode,
  "POST ": editTemplate,
  "DELETE ": removePersona,
  "POST messages": sendMessage,
  "POST message_attachments": uploadAttachment,
  "POST message_templates": createTemplate,
  "GET message_templates": listTemplates,
  "DELETE message_templates": removeTemplates,
  "POST messenger_profile": writeProfile,
  "GET messenger_profile": readProfile,
  "DELETE messenger_profile": removeProfile,
  "POST custom_user_settings": writePersonMenu,
  "GET custom_user_settings": readPersonMenu,
  "DELETE custom_user_settings": removePersonMenu,
  "POST personas": createPersona,
  "GET personas": listPersonas,
  "POST subscribed_apps": subscribe,
  "GET subscribed_apps": readSubscription,
  "DELETE subscribed_apps": unsubscribe,
  "POST unlink_accounts": unlinkAccount,
  "POST pass_thread_control": passControl,
  "POST take_thread_control": takeControl,
  "POST request_thread_control": requestControl,
  "POST release_thread_control": releaseControl,
  "POST extend_thread_control": extendControl,
  "GET thread_owner": readOwner,
  "GET conversations": listConversations,
  "GET pages_status": readStatus,
}

/** Edges that stand in a node's place. */
const NODELESS: Readonly<Record<string, Handler>> = {
  "GET message_template_library": readLibrary,
}

/** What the app calls with its own token; debug_token takes a Page's too. */
const APP_HANDLERS: Readonly<Record<string, AppHandler>> = {
  "POST subscriptions": subscribeApp,
  "GET subscriptions": readAppSubscription,
}

/** Answer a request under /graph. */
export function answerGraph(emulator: Emulator, request: Request): Promise<Response> {
  return takeCall(emulator, request, {
    page: (method, node, edge) =>
      (edge === "" ? NODELESS[`${method} ${node}`] : undefined) ?? HANDLERS[`${method} ${edge}`],
    app: (method, node, edge) =>
      `${method} ${node}` === "GET debug_token" && edge === ""
        ? debugToken
        : APP_HANDLERS[`${method} ${edge}`],
  })
}
