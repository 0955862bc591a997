// Keeps what is typed into the form of an entry as its writer's draft: when typing pauses, and when the page is left or hidden.
// Without scripts it is kept when the form is sent.
const PAUSE = 3000
const APART = 20000 // milliseconds between two of the first kind: each is a line of the access log
const LARGEST = 60000 // bytes that a browser still sends for a page that is left
const SOON = 400

for (const form of document.querySelectorAll('form[data-keeps]')) {
  const left = `left ${new URL(form.action).searchParams.get('draft')}`
  let changed = false
  let sent = false
  let last = 0
  let waiting

  const keep = () => {
    clearTimeout(waiting)
    if (!changed || sent) return false
    changed = false
    last = Date.now()
    const body = new URLSearchParams(new FormData(form))
    body.set('step', 'idle')
    const small = body.toString().length < LARGEST
    fetch(form.action, { method: 'POST', body, keepalive: small, redirect: 'manual' })
      .then((answer) => { changed ||= answer.status !== 204 })
      .catch(() => { changed = true })
    return true
  }
  const leave = () => { if (keep()) sessionStorage.setItem(left, '') }

  form.addEventListener('input', () => {
    changed = true
    clearTimeout(waiting)
    waiting = setTimeout(keep, Math.max(PAUSE, last + APART - Date.now()))
  })
  form.addEventListener('submit', () => { sent = true })
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') keep() })
  for (const leaving of ['beforeunload', 'pagehide']) window.addEventListener(leaving, leave)
  window.addEventListener('pageshow', () => { sent = false })

  // A page that was loaded again may have been made before what was typed last had come: it is loaded once more, unless
  // somebody types in it or sends it by then.
  if (sessionStorage.getItem(left) !== null) {
    sessionStorage.removeItem(left)
    setTimeout(() => { if (!changed && !sent) location.reload() }, SOON)
  }
}
