# A pull request: no libvirt is asked, and the branch that it is compared with is in git.
# outside
git config --global user.name Me
git config --global user.email me@example.org
git config --global init.defaultBranch main
mkdir origin
(
  cd origin
  lab2nix init
  sed -i 's/"my-lab"/"office"/' lab.json
  lab2nix gen
  git init
  git add .
  git commit --message 'The lab'
)
git clone origin lab
cd lab
git checkout -b more
sed -i 's/"memory": "2GiB"/"memory": "4GiB"/' lab.json
lab2nix gen
git commit --all --message 'More memory'
page 'lab2nix plan --from git:origin/main --activation gentle --format markdown --deny data-lost,stops-half-way' 0 'web'
# A change that loses data is denied.
sed -i 's/"size": "20GiB", "image"/"size": "20GiB", "volume": "other.qcow2", "image"/' lab.json
as 'lab2nix plan --from git:origin/main --activation gentle --format markdown --deny data-lost,stops-half-way' \
  'lab2nix plan --from git:origin/main --activation gentle --format markdown --deny data-lost,stops-half-way' 1 'disk-new'
