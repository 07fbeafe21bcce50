// What can be done with one message: react, reply, edit, take back. The menu is drawn by the page; here it opens at a
// message, by its button, a right click or holding it, and the composer is lent to edits and replies.

const HOLD_MS = 450
const GAP_PX = 6

const $ = (id) => document.getElementById(id)

/** Wire the menu.
 * @param chat `send` posts what the person does; `log` is the chat, `scroll` what it scrolls in; `text` the composer's field
 * @returns `take`: what the composer's words are meant as */
export function startActs({ send, log, scroll, text }) {
  const menu = $("acts")
  const purpose = $("purpose")
  let row
  let doing

  function open(at) {
    row = at
    const isOwn = row.classList.contains("person")
    for (const button of menu.querySelectorAll("[data-react]"))
      button.setAttribute("aria-checked", String(button.dataset.react === row.dataset.reaction))
    menu.querySelector('[data-do="edit"]').hidden = row.dataset.editable === undefined
    menu.querySelector('[data-do="delete"]').hidden = !isOwn
    menu.showPopover()
    place(row.querySelector(".what").getBoundingClientRect(), isOwn)
    items()[0]?.focus({ preventScroll: true })
  }

  /** Below the message, or above where there is no room; at its own side. */
  function place(message, isOwn) {
    const frame = document.querySelector(".phone").getBoundingClientRect()
    const size = menu.getBoundingClientRect()
    const isRight = isOwn === (getComputedStyle(log).direction === "ltr")
    const left = isRight ? message.right - size.width : message.left
    const below = message.bottom + GAP_PX
    const top = below + size.height > frame.bottom - GAP_PX ? message.top - size.height - GAP_PX : below
    const within = (value, from, to) => Math.max(from, Math.min(value, to))
    menu.style.left = `${within(left, frame.left + GAP_PX, frame.right - size.width - GAP_PX)}px`
    menu.style.top = `${within(top, frame.top + GAP_PX, frame.bottom - size.height - GAP_PX)}px`
  }

  function close() {
    if (!menu.matches(":popover-open")) return
    const held = menu.contains(document.activeElement)
    menu.hidePopover()
    if (held) row?.querySelector("[data-more]")?.focus({ preventScroll: true })
  }

  const items = () => [...menu.querySelectorAll("button")].filter((button) => !button.hidden)

  menu.addEventListener("keydown", (event) => {
    const list = items()
    const at = list.indexOf(document.activeElement)
    const isRtl = getComputedStyle(menu).direction === "rtl"
    const steps = {
      ArrowDown: 1,
      ArrowUp: -1,
      ArrowRight: isRtl ? -1 : 1,
      ArrowLeft: isRtl ? 1 : -1,
      Home: -at,
      End: list.length - 1 - at,
    }
    const step = steps[event.key]
    if (event.key === "Tab" || event.key === "Escape") close()
    if (step === undefined) return
    event.preventDefault()
    list[(at + step + list.length) % list.length].focus()
  })

  menu.addEventListener("click", (event) => {
    const button = event.target.closest("button")
    if (button === null || row === undefined) return
    const { mid, reaction } = row.dataset
    const sign = button.dataset.react
    close()
    if (sign !== undefined) void send({ reaction: sign === reaction ? { mid } : { mid, reaction: sign } })
    if (button.dataset.do === "delete") void send({ delete: { mid } })
    if (button.dataset.do === "edit") lend("edit", mid, saidIn(row))
    if (button.dataset.do === "reply") lend("reply", mid, "")
  })

  function lend(kind, mid, words) {
    doing = { kind, mid }
    $("purpose-text").textContent = purpose.dataset[kind]
    purpose.hidden = false
    text.value = words
    text.dispatchEvent(new Event("input"))
    text.focus()
  }

  function giveBack() {
    if (doing?.kind === "edit") text.value = ""
    doing = undefined
    purpose.hidden = true
    text.dispatchEvent(new Event("input"))
    text.focus()
  }

  $("purpose-cancel").addEventListener("click", giveBack)
  text.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && doing !== undefined) giveBack()
  })

  log.addEventListener("click", (event) => {
    const button = event.target.closest("[data-more]")
    if (button !== null) open(button.closest(".row"))
  })

  const rowOf = (target) =>
    target.closest("a, button, audio, video") === null ? target.closest(".row[data-mid]") : null
  const canOpen = (at) => at !== null && at.querySelector("[data-more]") !== null

  log.addEventListener("contextmenu", (event) => {
    const at = rowOf(event.target)
    if (!canOpen(at) || event.target.closest(".what") === null) return
    event.preventDefault()
    open(at)
  })

  // Its own way of closing: what opened it is still held down, and letting go must not close it again.
  document.addEventListener("pointerdown", (event) => menu.contains(event.target) || close())
  scroll.addEventListener("scroll", close)

  // Not every system sends a context menu for holding.
  let timer
  const stopHold = () => clearTimeout(timer)
  log.addEventListener("pointerdown", (event) => {
    const at = rowOf(event.target)
    if (event.pointerType !== "touch" || !canOpen(at)) return
    stopHold()
    timer = setTimeout(() => open(at), HOLD_MS)
  })
  for (const name of ["pointerup", "pointercancel", "pointermove"]) log.addEventListener(name, stopHold)

  // A picture that does not come leaves the initials under it, and never a broken sign.
  log.addEventListener("error", (event) => event.target.closest?.(".persona") && event.target.remove(), true)
  for (const picture of log.querySelectorAll(".persona img"))
    if (picture.complete && picture.naturalWidth === 0) picture.remove()

  return {
    /** The words as an act: said, or an edit or a reply while the composer is lent to one. */
    take(words) {
      const act =
        doing === undefined
          ? { text: words }
          : doing.kind === "edit"
            ? { edit: { mid: doing.mid, text: words } }
            : { text: words, replyTo: doing.mid }
      if (doing !== undefined) giveBack()
      return act
    },
  }
}

const saidIn = (row) => row.querySelector(".bubble")?.textContent ?? ""
