export {};
//# sourceMappingURL=locale-parity.test.d.ts.map