// Starts the enhancements of the two design systems. Every page works without them.
import { initAll } from './vendor/govuk-frontend-6.3.0/govuk-frontend.min.js'
import { DatePicker, initAll as initAllOfJustice } from './vendor/ministryofjustice-frontend-11.1.0/moj-frontend.min.js'

// The calendar of an empty date field opens at the site's own day, and marks it. In a demonstration it is not the machine's.
const today = new Date(`${document.body.dataset.today}T00:00`)
const { formattedDateFromString, setCurrentDate } = DatePicker.prototype
DatePicker.prototype.formattedDateFromString = function (text, otherwise = new Date(today)) {
  return formattedDateFromString.call(this, text, otherwise)
}
DatePicker.prototype.setCurrentDate = function (focus) {
  setCurrentDate.call(this, focus)
  for (const { $button, date } of this.calendarDays) {
    $button.classList.toggle(this.todayButtonClass, date.getTime() === today.getTime())
  }
}

initAll()
initAllOfJustice()

// Answers of a reading are saved as they are given; without scripts the button saves them.
for (const form of document.querySelectorAll('form[data-saves]')) {
  const said = document.querySelector('[data-saved]')
  if (said) said.textContent = 'Answers are saved as you give them.'
  let waiting = Promise.resolve()
  form.addEventListener('change', (event) => {
    if (event.target.name === 'note') return
    const name = event.target.name.replace(/^(answer|comment) /, '')
    waiting = waiting.then(async () => {
      const body = new FormData()
      body.set('csrf_token', form.elements.csrf_token.value)
      for (const part of ['answer', 'comment']) {
        const field = form.elements[`${part} ${name}`]
        if (field) body.set(`${part} ${name}`, field.value)
      }
      if (!body.get(`answer ${name}`)) return
      try {
        const answer = await fetch(form.action, { method: 'POST', body, headers: { Accept: 'application/json' } })
        const told = await answer.json()
        said.textContent = answer.ok ? `Saved at ${told.saved}.` : Object.values(told.problems).join(' ')
      } catch {
        said.textContent = 'Not saved: the service did not answer. Use the button below to try again.'
      }
    })
  })
}

// In a strip chart each lane is one tab stop; arrow keys move along it. Without scripts every mark is one.
for (const lane of document.querySelectorAll('[data-lane]')) {
  const marks = [...lane.querySelectorAll('a')]
  const only = (at) => marks.forEach((mark, place) => mark.setAttribute('tabindex', place === at ? '0' : '-1'))
  only(marks.length - 1)
  lane.addEventListener('keydown', (event) => {
    const at = marks.indexOf(event.target.closest('a'))
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: marks.length - 1 }[event.key]
    if (to === undefined || !marks[to]) return
    event.preventDefault()
    only(to)
    marks[to].focus()
  })
}

// A strip chart opens where its day is in sight.
for (const pane of document.querySelectorAll('.ca-strip .ca-scroll')) {
  const day = [...pane.querySelectorAll('.ca-strip__end')].pop()
  if (!day) continue
  const [at, seen] = [day.getBoundingClientRect().right, pane.getBoundingClientRect()]
  if (at > seen.right || at < seen.left + 140) pane.scrollLeft += at + 40 - seen.right
}

// An old link to an entry of a case leads to the tab that has it now.
const tabs = document.querySelector('[data-entries]')
if (tabs && location.hash.startsWith('#entry-') && !document.getElementById(decodeURIComponent(location.hash.slice(1)))) {
  const address = new URL(tabs.dataset.entries, location)
  address.pathname += encodeURIComponent(decodeURIComponent(location.hash.slice(7)))
  location.replace(address)
}

// The range of a replay says its step while it moves, and goes there when it rests. Its keys work only while it has focus.
for (const form of document.querySelectorAll('[data-replay]')) {
  const range = form.elements.step
  const days = form.dataset.days.split('|')
  const said = form.querySelector('output')
  let waiting
  form.querySelector('.ca-replay__go').hidden = true
  range.addEventListener('input', () => {
    said.value = `${form.dataset.what} ${range.value} of ${range.max}, ${days[range.value - 1]}`
    range.setAttribute('aria-valuetext', said.value)
  })
  range.addEventListener('change', () => {
    clearTimeout(waiting)
    waiting = setTimeout(() => {
      form.action = '#step'
      form.requestSubmit()
    }, 400)
  })
  if (location.hash === '#step') range.focus()
}

// A button that prints the page is there only where there is a script to do it.
for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false
  button.addEventListener('click', () => window.print())
}
