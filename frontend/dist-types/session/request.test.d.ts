export {};
//# sourceMappingURL=request.test.d.ts.map