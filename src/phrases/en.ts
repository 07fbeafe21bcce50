// Every sentence the chat says, in English: the reference for the other catalogues. ICU MessageFormat.
// At most two sentences before the choices, six lines in all; no exclamation marks; never sign or colour alone.
// Button titles (keys ending in `_button`) have at most 20 characters and can also be typed.

export const en = {
  welcome:
    "Hi, I''m {bank}''s automated assistant. Connect your account for balances, payment alerts and fraud warnings. Nothing is on until you choose it. I never ask for a PIN or password.",
  how_it_works:
    "You sign in at {bank} itself, choose accounts and purposes there and on one page of ours, and type a code here. Your data is used for what you switch on and nothing else; type ''stop'' to end it.",
  hello_linked: "Hi, this is {bank}''s automated assistant. What would you like to see?",
  help_linked:
    "I can show balances and payments and tell you of what you switched on. Type ''stop'' to end messages.",
  help_unlinked:
    "Connect your account and I can show balances and payments. For a lost card or fraud, call {bank}.",
  not_understood: "I didn''t get that. I can do these:",
  not_understood_twice: "I still don''t get it. You can call {bank}, or choose one of these:",
  too_many: "That is a lot at once. I''ll answer again in a minute.",
  attachment_only: "I can read text only. I can do these:",

  connect_first: "That needs your account. Connect it at {bank}''s own login first.",
  link_again: "Your connection with {bank} has ended. Connect again when you like.",
  link_offered:
    "Almost done. Type the 6 digits {bank}''s page showed you to connect {accounts}. They only connect this chat; nobody will ask you for any other code.",
  code_wrong: "That is not the code on the page. {tries, plural, one {# try} other {# tries}} left.",
  code_failed: "Nothing was connected. Start again when you like.",
  offer_expired: "The code''s 10 minutes are over. Nothing was connected; start again when you like.",
  link_too_late: "That link is no longer good. Nothing was connected; start again when you like.",
  link_elsewhere:
    "That link was opened in another chat too, so I stopped it. Nothing was connected; start again when you like.",
  link_failed: "I could not finish connecting. Nothing was connected; start again when you like.",
  connected:
    "Connected: {accounts}. On: {purposes}. Until {until}. Try ''balance''. To end it, type ''stop''.",
  connected_nothing_on:
    "Connected: {accounts}. Nothing is switched on yet. Until {until}. To end it, type ''stop''.",

  link_idle:
    "Your connection with {bank} has ended: nothing was sent or asked for a year. Connect again when you like.",
  purpose_on: "Switched on: {purposes}.",
  purpose_stopped: "Off from now on: {purposes}. For 7 days one tap undoes it.",
  purpose_not_on: "That is off already: {purposes}.",
  purpose_offer: "That is off for this chat: {purposes}. {bank} allows it already; one tap switches it on.",
  purpose_still_off: "That is off for this chat: {purposes}. ''My data'' switches it on.",
  link_ending: "Your connection with {bank} ends on {date}. Shall it go on?",
  link_ending_login: "Your connection with {bank} ends on {date}. To keep it, sign in at the bank again.",
  renew_at_bank: "To keep your connection, sign in at {bank} again.",
  renewed: "Your connection goes on until {date}.",
  change_failed: "I could not change that, so it is as it was. Try again in a moment.",
  connected_new: "For your safety amounts stay hidden here until {time}.",
  bank_confirms: "That is the code. {bank} confirms the connection now; I''ll write when it is done.",
  links_full:
    "Nothing was connected: as many chats as {bank} allows are connected to this account. End one there with ''stop'', or call {bank} if you don''t know of them.",
  not_confirmed_by_bank: "{bank} did not confirm this connection, so nothing was connected. Ask them why.",
  link_replaced: "Your earlier connection has ended: {accounts}.",
  linked_elsewhere:
    "Another chat was connected to your account at {bank}. If that was you, there is nothing to do.",
  not_my_link:
    "I am ending that connection, and {bank} hears that it was not you. If you told somebody a code, call them now.",
  not_my_link_gone: "There is no other connection to end. If something looks wrong, call {bank}.",
  amounts_hidden:
    "This chat was connected a short while ago, so amounts stay hidden here until {time}. {bank}''s own app shows them now.",

  purpose_off: "You have not switched that on for this chat. Connect again to choose it.",
  consent_expired: "Your connection with {bank} ended on {date}. Connect again when you like.",
  looking: "Looking that up at {bank}.",
  balance_line: "{account}: {amount} available, as of {time}.",
  balance_line_booked: "{account}: {amount} booked, as of {time}.",
  balance_line_owed: "{account}: {amount} owed, as of {time}.",
  balance_line_overdrawn: "{account}: overdrawn by {amount}, as of {time}.",
  balance_line_credit: "{account}: {amount} in credit, as of {time}.",
  balance_line_none: "{account}: {bank} gave no balance.",
  bank_down: "{bank} is not answering right now. Your connection is fine.",
  bank_quota:
    "{bank} lets me look only a few times a day, and today''s are used up. Your connection is fine; ask me again tomorrow.",
  bank_refused: "{bank} did not give that. Your connection is fine; the bank''s own app may show more.",
  step_up: "{bank} wants to see you first. Sign in at the bank and ask again.",
  link_ended_by_bank:
    "{bank} no longer accepts this connection, so I ended it here. Connect again when you like.",
  choose_account: "Which account?",
  transactions_title: "{account}, latest first:",
  transactions_more: "{account}, earlier:",
  transactions_none: "{account}: no payments to show.",
  transactions_end: "{account}: no earlier payments.",
  transaction_line:
    "{date}: {direction, select, in {received} other {paid}} {amount}, {description}{pending, select, yes { (pending)} other {}}",

  stop: "All messages from {bank} are off, fraud alerts too. Your connection ends in 7 days.",
  stop_kept_fraud:
    "Everything is off except fraud alerts. Your connection stays. Type ''stop'' again to end those too.",
  stop_undone: "Undone. Your messages from {bank} are as before.",
  stop_now: "Disconnected. {bank} sends nothing here any more; what you connected is gone from this service.",
  stop_ended: "Your connection with {bank} has ended, as you asked 7 days ago. Connect again when you like.",
  stop_nothing: "Nothing is connected, so nothing will be sent.",
  log_out: "You logged out, so your connection with {bank} has ended. Connect again when you like.",
  urgent: "Call {bank} now, at any hour. They can stop the card at once.",
  human: "For a person, call {bank}. I''m the automated assistant here.",
  delete_ask_linked:
    "Delete everything kept here about you? Your connection with {bank} ends at once, and it cannot be undone.",
  delete_ask: "Delete everything kept here about you? It cannot be undone.",
  delete_begun:
    "Nothing about you is used here any more, and what was kept is being deleted. See how far it is:",
  delete_kept: "Nothing was deleted.",
  delete_told: "Your connection with {bank} has ended, and what was kept here about you is being deleted.",
  my_data:
    "On: {purposes}, for {accounts}, until {until}. My data shows and changes it all; the button works once, for 5 minutes.",
  my_data_nothing_on:
    "Connected: {accounts}, until {until}; nothing is switched on. My data changes that; the button works once, for 5 minutes.",
  my_data_stopped:
    "Messages are off; your connection ends on {date}. My data shows what is kept; the button works once, for 5 minutes.",
  my_data_unlinked:
    "Nothing is connected. My data shows what is kept of you and deletes it; the button works once, for 5 minutes.",
  redacted:
    "That looks like a card number. I did not keep it, but it is still in Messenger: press and hold your message to remove it.",
  language_choose: "Which language?",
  language_set: "I''ll write in English.",

  fraud: "Fraud check from {bank}: {amount} at {merchant}, {when}, card ••{last4}. {action}Was this you?",
  fraud_hidden:
    "Fraud check from {bank}: a payment at {merchant}, {when}, card ••{last4}. {action}Was this you?",
  fraud_reminder: "Reminder. {text}",
  fraud_card_paused: "We have paused the card. ",
  fraud_frozen: "Card ••{last4} is frozen.",
  fraud_reported:
    "{bank} has your report from {time}{case, select, none {} other {, case {case}}}{date, select, none {.} other {, and will contact you by {date}.}}",
  fraud_not_frozen:
    "I could not reach {bank}; the card is not frozen yet. Please call now. I keep trying and will tell you.",
  fraud_not_frozen_yet: "The card is not frozen yet: please call now. I keep trying and will tell you.",
  fraud_not_reported:
    "Your report has not reached {bank} yet: I keep trying and will tell you. You can also call.",
  fraud_unreachable:
    "I could not reach {bank}, so your report is not there yet. Please call now. I keep trying and will tell you.",
  fraud_freeze_refused: "{bank} does not freeze the card from here: please call now.",
  fraud_yes_unreachable: "I could not reach {bank}, so your answer is not there yet. Was this you?",
  fraud_which: "To be sure, please use a button: was this payment yours?",
  fraud_answered_before:
    "{bank} had another answer to this before yours. If something is wrong, please call.",
  fraud_stands: "Your No stands, and {bank} hears of it. Was the No a mistake?",
  fraud_step_up:
    "{bank} wants to confirm that with you. Sign in at the bank; I''ll tell you what came of it.",
  fraud_undo: "Sign in at {bank} to take your No back. I''ll tell you what came of it.",
  fraud_undo_failed: "{bank} does not take that back from here, so your No stands. Please call.",
  fraud_given_up: "I could not bring your report to {bank}. Please call now.",
  fraud_closed: "This question has closed. Not your payment?",
  nothing_changed: "Nothing was changed at {bank}.",
  fraud_yes: "Thank you, {bank} has your answer.",
  card_active: "Card ••{last4} can be used again.",
  card_frozen: "Card ••{last4} is frozen.",
  card_blocked: "Card ••{last4} is blocked and will not work any more.",
  card_replaced: "Card ••{last4} was replaced by a new one and does not work any more.",
  card_active_word: "can be used",
  card_frozen_word: "frozen",
  card_blocked_word: "blocked",
  card_replaced_word: "replaced",
  fraud_resolved: "{bank} has closed the fraud check you were asked about.",
  fraud_resolved_genuine:
    "{bank} has closed the fraud check you were asked about: the payment counts as yours.",
  fraud_resolved_fraud:
    "{bank} has closed the fraud check you were asked about: the payment counts as fraud.",
  lost_choices:
    "I can freeze your cards now, or disconnect this chat if your phone is gone. {bank}''s people can do more.",
  fraud_report:
    "If a payment is not yours I can freeze the card now. For anything else call {bank}, at any hour.",
  cards_choose_freeze: "Which card shall I freeze? You can use it again after signing in at {bank}.",
  cards_choose_restore: "Which card do you want to use again? {bank} asks you to sign in for that.",
  cards_none: "{bank} names no card that I could freeze. If a card is lost, please call.",
  cards_frozen_already: "{count, plural, one {Card {cards} is} other {Cards {cards} are}} frozen already.",
  cards_none_frozen: "None of your cards at {bank} is frozen.",
  cards_refused: "{bank} does not freeze cards from here. Please call now; they can stop the card at once.",
  cards_restore_refused: "{bank} does not do that from here. Please call, or use the bank''s own app.",
  cards_unreachable:
    "I could not reach {bank}, so no card is frozen. Please call now; they can stop the card at once.",
  cards_frozen: "{count, plural, one {Card {cards} is} other {Cards {cards} are}} frozen.",
  cards_owed:
    "I could not reach {bank} for {cards}: not frozen yet. Please call now. I keep trying and will tell you.",
  cards_freeze_refused: "{bank} does not freeze {cards} from here: please call now.",
  card_page: "Sign in at {bank} to use card ••{last4} again. I''ll tell you what came of it.",
  cards_given_up: "I could not freeze {cards}. Please call now.",
  never_transfer:
    "I never move money from a chat: whoever held your phone could do it too. For that use {bank}''s own app, or call.",
  never_payee:
    "I never add or change a payee from a chat: whoever held your phone could do it too. For that use {bank}''s own app, or call.",
  never_number:
    "I never show a full number or a PIN: what stands in a chat stays on your phone and with Messenger. For that use {bank}''s own app, or call.",
  never_details:
    "I never change your details from a chat: whoever held your phone could do it too. For that use {bank}''s own app, or call.",
  card_freeze_title: "Freeze ••{last4}",
  card_restore_title: "Unfreeze ••{last4}",
  dispute_account: "Which account was it?",
  dispute_choose: "Which payment is it? Type its number.",
  dispute_line: "{amount}, {merchant}, {date}",
  dispute_none: "I see no payment there that could be disputed. {bank}''s people can look further back.",
  dispute_reason: "What is wrong with it?",
  dispute_amount: "How much of it? Type an amount, or choose all of it.",
  dispute_evidence:
    "{count, plural, =0 {Send photos or files that show it, or send the dispute as it is.} one {1 file goes along. Send more, or send the dispute.} other {{count} files go along. Send more, or send the dispute.}}",
  dispute_opened:
    "{bank} has your dispute, case {case}{date, select, none {.} other {, and you will hear of it by {date}.}}",
  dispute_refused: "{bank} does not take disputes from here. Please call, or talk to a person.",
  dispute_owed:
    "I could not reach {bank}, so your dispute is not there yet. I keep trying and will tell you.",
  dispute_cancelled: "Dropped. Nothing was sent to {bank}.",
  dispute_given_up: "I could not bring your dispute to {bank}. Please call, or talk to a person.",
  fraud_missed: "A fraud question from {bank} waits for you in its app.",
  transaction: "{account}: {direction, select, in {received} other {paid}} {amount}, {merchant}, {when}.",
  transaction_hidden: "{account}: a payment, {merchant}, {when}.",
  threshold:
    "{account}: your balance is {direction, select, above {above} other {below}} {threshold}. It is {balance} now.",
  threshold_hidden:
    "{account}: your balance is {direction, select, above {above} other {below}} the amount set for it.",
  overdraft_of: "an overdraft of {amount}",
  transaction_pending:
    "{account}: {direction, select, in {received} other {paid}} {amount}, {merchant}, {when} (pending).",
  transaction_final: "{account}: {merchant}, {when}. Final amount {amount}, was {before}.",
  transaction_reversed: "{account}: the payment of {amount}, {merchant}, {when}, was reversed.",
  transaction_reversed_hidden: "{account}: a payment, {merchant}, {when}, was reversed.",
  transaction_declined: "{account}: a payment of {amount}, {merchant}, {when}, was declined.{why}",
  transaction_declined_hidden: "{account}: a payment, {merchant}, {when}, was declined.{why}",
  declined_funds: "There was not enough in the account.",
  declined_frozen: "The card is frozen.",
  declined_limit: "It is above your limit.",
  declined_expired: "The card has expired.",
  declined_pin: "The PIN was wrong.",
  payment_due:
    "{account}: {amount} to {payee} is due on {date}{minimum, select, none {} other {, at least {minimum}}}.",
  payment_due_hidden: "{account}: a payment to {payee} is due on {date}.",
  security_notice:
    "Security notice from {bank}: {what}, {when}{place, select, none {} other {, {place}}}. If this was not you, tell me now.",
  security_new_device: "a new device signed in",
  security_password: "your password was changed",
  security_payee: "a new payee was added",
  security_details: "your details were changed",
  dispute_update: "Dispute {case} at {bank}: {state}.{date, select, none {} other { Next news by {date}.}}",
  dispute_received: "it was received",
  dispute_review: "it is being looked into",
  dispute_information: "the bank needs something more from you",
  dispute_credit: "the amount was credited while it is looked into",
  dispute_accepted: "it was decided for you",
  dispute_rejected: "it was decided against you",
  dispute_closed: "it is closed",
  dispute_news: "there is news",
  receipt: "Receipt from {merchant}: {amount}, {date}, order {order}.",
  receipt_hidden: "Receipt from {merchant}: {date}, order {order}.",
  receipt_you: "You",
  receipt_line: "Item",
  parcel: "Parcel from {merchant}: {status}, {carrier}{date, select, none {} other {, expected {date}}}.",
  parcel_carrier: "the carrier",
  parcel_ready: "ready to be sent",
  parcel_transit: "on its way",
  parcel_out: "out for delivery",
  parcel_delivered: "delivered",
  parcel_pickup: "ready to be picked up",
  parcel_delayed: "delayed",
  parcel_missed: "nobody was met",
  parcel_returned: "sent back",
  parcel_news: "there is news",
  service_notice: "Notice from {bank}: {title}\n{body}",
  balance_update: "{account}: {amount} available, as of {time}.",
  balance_update_booked: "{account}: {amount} booked, as of {time}.",
  balance_update_hidden: "{account}: your balance has changed, as of {time}.",
  someone: "a merchant",
  just_now: "today {time}",
  on_day: "{date}, {time}",

  purpose_balance_updates: "balances",
  purpose_transaction_alerts: "payments",
  purpose_fraud_alerts: "fraud alerts",
  purpose_receipts: "receipts",
  purpose_shipping_updates: "parcels",
  purpose_account_service: "questions here",
  purpose_support_chat: "details for agents",

  kind_checking: "Checking",
  kind_savings: "Savings",
  kind_card: "Card",
  kind_loan: "Loan",
  kind_other: "Account",

  ice_connect: "Connect my bank",
  ice_safe: "Is this safe?",

  track_button: "Track parcel",
  balance_button: "Balance",
  transactions_button: "Payments",
  more_button: "Earlier payments",
  help_button: "Help",
  stop_button: "Stop",
  connect_button: "Connect",
  connect_browser_button: "Connect in browser",
  not_my_link_button: "That wasn''t me",
  no_code_button: "I saw no code",
  how_button: "How it works",
  human_button: "Talk to a person",
  urgent_button: "Lost card or fraud",
  language_button: "Language",
  my_data_button: "My data",
  my_data_menu_button: "My data and stop",
  try_again_button: "Try again",
  call_button: "Call the bank",
  open_bank_button: "Open the bank",
  keep_fraud_button: "Keep fraud alerts",
  disconnect_button: "Disconnect now",
  undo_button: "Undo",
  delete_button: "Delete everything",
  delete_keep_button: "Keep it",
  delete_status_button: "See how far it is",
  stop_all_button: "Stop everything",
  switch_on_button: "Switch it on",
  renew_button: "Keep connection",
  fraud_yes_button: "Yes, it was me",
  fraud_no_button: "No, not me",
  dispute_button: "Dispute a payment",
  dispute_not_mine_button: "I didn''t make it",
  dispute_amount_button: "Wrong amount",
  dispute_missing_button: "Not received",
  dispute_twice_button: "Charged twice",
  dispute_other_button: "Something else",
  dispute_whole_button: "All of it",
  dispute_send_button: "Send the dispute",
  dispute_cancel_button: "Drop it",
  freeze_card_button: "Freeze a card",
  freeze_all_button: "Freeze my cards",
  disconnect_chat_button: "Disconnect this chat",
  fraud_mistake_button: "Tapped by mistake",
  fraud_report_button: "Report it",
} as const

/** A sentence by name. */
export type PhraseKey = keyof typeof en
