// Package archtest holds the rules that the repository as a whole obeys, and
// the tests that check them: which package imports which, what stands where,
// what is documented. The rules are statements of policy: where one fails, the
// code is wrong, or the policy changes in the same commit and says why.
package archtest
