// Starts the enhancements of the two design systems. Every page works without them.
import { initAll } from './vendor/govuk-frontend-6.3.0/govuk-frontend.min.js'
import { initAll as initAllOfJustice } from './vendor/ministryofjustice-frontend-11.1.0/moj-frontend.min.js'

initAll()
initAllOfJustice()
