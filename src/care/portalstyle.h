/* portalstyle - how pages of the portal look: the bytes of portalstyle.css, which the build puts into the program
 *
 * What:    one sheet of CSS for all: large letters, one column, buttons for thumbs, light or dark as the device is set,
 *          left to right or right to left as the language is, and for paper.
 * Owns:    nothing.
 * Thread:  any.
 */
#ifndef LAZARET_CARE_PORTALSTYLE_H
#define LAZARET_CARE_PORTALSTYLE_H

extern const unsigned char portalstyle[];
extern const unsigned int portalstyle_length;

#endif
