// What pages gain by JavaScript. Every page is of use without it; each part looks for its own element and does nothing where there is none.

// Home, activity, state ---------------------------------------------------------------------------------------------

// Library, a novel --------------------------------------------------------------------------------------------------

// Reader, search ----------------------------------------------------------------------------------------------------

