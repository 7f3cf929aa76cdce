// Command licenses fails unless every Go module that is linked into the provider, on any platform of a release, has a
// licence that is on its list. What the licence is comes from the licence file in the module itself.
package main
